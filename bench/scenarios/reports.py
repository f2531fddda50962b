"""What a merchant waits for: every report, and the dashboard's first paint."""

import random
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from statistics import median
from urllib.parse import urlencode, urljoin

from bench import shop
from bench.context import Bench
from bench.errors import Inexact
from bench.figures import Figure, absolute, percentile
from bench.goals import MONTH, REPORTS, YEAR
from bench.servers import connect
from bench.system import System
from bench.target import Link

LINES = 1_500_000
FEWER = 150_000
ASKED = 40  # times each report, for each length of range
PAINTED = 40  # times
WARM_UP = 3
DAYS = {MONTH: 30, YEAR: 365}
TZ = "Europe/Berlin"
# A script or a style sheet that a page cannot be painted without.
NEEDED = re.compile(r'<(?:script|link)[^>]*\b(?:src|href)="([^"]+\.(?:js|css))"')
LAZY = re.compile(r'hx-get="([^"]+)"[^>]*hx-trigger="load')

Ask = Callable[[], object]


def reports(bench: Bench) -> Sequence[Figure]:
    with ExitStack() as stack:
        big = stack.enter_context(shop_of(bench, LINES))
        small = stack.enter_context(shop_of(bench, FEWER))
        links = {LINES: Link(big.query_url), FEWER: Link(small.query_url)}
        prove(big, links[LINES])
        figures = []
        for length in DAYS:
            figures += each_report(bench, links, length)
        return [*figures, *dashboard(bench, links[LINES])]


@contextmanager
def shop_of(bench: Bench, lines: int) -> Iterator[System]:
    name = f"shop{lines}"
    system = System(bench.servers, name)
    try:
        bench.watcher.step(f"writing {lines:,} ledger lines")
        shop.fill(system.environment, lines)
        system.start("queries")
        yield system
    finally:
        system.stop()
        bench.servers.drop(name)


def prove(system: System, link: Link) -> None:
    """The roll-ups say what the ledger adds up to. Raises Inexact."""
    with connect(system.environment, "READ_DATABASE_URL") as read:
        query = "SELECT sum(amount) FROM sales_ledger"
        [expected] = read.execute(query).fetchone() or [None]
    today = datetime.now(UTC).date()
    query = urlencode(span(today - 3 * timedelta(days=365), 4 * 365) | {"tz": "UTC"})
    total = link.get(f"/api/analytics/summary?{query}")["total"]["netSales"]
    if Decimal(str(total)) != expected:
        raise Inexact(f"the ledger adds up to {expected}, the summary to {total}")


# --- reports --------------------------------------------------------------------------
def each_report(bench: Bench, links: Mapping[int, Link], length: str) -> list[Figure]:
    """The big ledger is judged; beside it the small one, asked the same in turn."""
    figures = []
    for report, path in REPORTS.items():
        bench.watcher.step(f"{report}, {length}")
        samples: dict[int, list[float]] = {lines: [] for lines in links}
        for number in range(-WARM_UP, ASKED):
            address = f"{path}?{urlencode(question(report, length))}"
            for lines, link in links.items():
                took = timed(partial(link.get, address))
                if number >= 0:
                    samples[lines].append(took)
        figures += judged(f"{report}, {length}", samples)
    return figures


def judged(name: str, samples: Mapping[int, Sequence[float]]) -> list[Figure]:
    big, small = samples[LINES], samples[FEWER]
    beside = {
        f"p50 of {LINES:,} lines, ms": [median(big)],
        f"p50 of {FEWER:,} lines, ms": [median(small)],
        "growth": [median(big) / median(small)],
    }
    return [absolute(name, [percentile(big, 95)], beside=beside)]


def question(report: str, length: str) -> dict[str, str]:
    """A range that nobody asked for yet, most often, so no edge is always the same."""
    days = DAYS[length]
    first = datetime.now(UTC).date() - timedelta(days=random.randint(days, 700))  # noqa: S311
    compared = {"compare": "previous_period"} if report in ("summary", "series") else {}
    return span(first, days) | compared


def span(first: date, days: int) -> dict[str, str]:
    last = first + timedelta(days=days)
    return {"from": first.isoformat(), "to": last.isoformat(), "tz": TZ}


# --- the dashboard --------------------------------------------------------------------
def dashboard(bench: Bench, link: Link) -> list[Figure]:
    """Page and files on one connection, one after the other, nothing cached."""
    bench.watcher.step("dashboard")
    paints, complete = [], []
    for number in range(-WARM_UP, PAINTED):
        paint, panels = first_paint(link)
        if number >= 0:
            paints.append(paint)
            complete.append(paint + panels)
    beside = {
        "p50, ms": [median(paints)],
        "with panels that come later, p95, ms": [percentile(complete, 95)],
    }
    return [absolute("first paint", [percentile(paints, 95)], beside=beside)]


def first_paint(link: Link) -> tuple[float, float]:
    """ms for what is painted first, and for what the page asks for at once after it."""
    begun = time.perf_counter()
    page = link.text("/")
    for address in NEEDED.findall(page):
        link.text(urljoin("/", address))
    painted = time.perf_counter()
    for address in LAZY.findall(page):
        link.text(address.replace("&amp;", "&"))
    return (painted - begun) * 1000, (time.perf_counter() - painted) * 1000


def timed(ask: Ask) -> float:
    """ms."""
    begun = time.perf_counter()
    ask()
    return (time.perf_counter() - begun) * 1000
