"""Clocks of the databases that jump, and orders placed in every kind of zone."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path

from chaos.context import Chaos
from chaos.errors import ChaosError, Unexpected
from chaos.load import Load
from chaos.row import Result
from chaos.servers import Servers
from chaos.system import System
from chaos.waiting import eventually
from devstack.debian import fetch
from devstack.folder import LOCAL

FIGURE = "clocks +-2 h, DST both ways, leap day, odd zones: 0 misplaced hours"
CACHE = LOCAL / "faketime-programs"
HINT = "no libfaketime: install it (Debian: apt install libfaketime)"
JUMPS = (("+2h", 7200), ("-2h", -7200), ("+0", 0))  # libfaketime's words, seconds
RATE = 60.0  # orders a second
TOLERANCE_S = 5.0
HIDDEN_S = 2.5  # that orders wait while the consumer is away
OTHERS = 0.3  # of the requests are no orders
STEP = timedelta(minutes=15)
# An hour is misplaced where local time repeats or skips it: (UTC moment, offsets in
# minutes before and after it).
CHANGES = (
    (datetime(2025, 3, 30, 1, tzinfo=UTC), 60, 120),  # Berlin springs forward
    (datetime(2025, 10, 26, 1, tzinfo=UTC), 120, 60),  # Berlin falls back
    (datetime(2025, 3, 9, 7, tzinfo=UTC), -300, -240),  # New York
    (datetime(2025, 11, 2, 6, tzinfo=UTC), -240, -300),
    (datetime(2025, 4, 5, 15, tzinfo=UTC), 660, 630),  # Lord Howe: half an hour
    (datetime(2025, 10, 4, 15, 30, tzinfo=UTC), 630, 660),
    (datetime(2025, 9, 27, 14, tzinfo=UTC), 765, 825),  # Chatham: 12:45 and 13:45
    (datetime(2024, 2, 29, 0, tzinfo=UTC), 345, 345),  # a leap day; Kathmandu
    (datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC), 330, 330),  # India
    (datetime(2024, 12, 31, 23, tzinfo=UTC), -210, -150),  # St. John's, new year
    (datetime(1972, 6, 30, 23, tzinfo=UTC), 0, 0),  # the first leap second's hour
)


def clocks(chaos: Chaos) -> Result:
    """Row 21. Moments come from the databases: it is their clocks that jump."""
    jumps = JUMPS * chaos.size(1, 20)
    told: list[str] = []
    clock = chaos.folder / "clock"
    clock.write_text("+0")
    with faked(chaos.servers, clock), chaos.system() as system:
        system.start()
        products = system.make_products()
        # Reversals happen when the database says.
        load = Load(system, products, seed=chaos.seed, rate=RATE, others=OTHERS)
        with load.running():
            for jump, seconds in jumps:
                chaos.step(f"the clock of both databases: {jump}")
                clock.write_text(jump)
                told += [*_jumped(system, seconds), *_lies(system, load)]
                system.kill(chaos.dice.choice(("relay", "consumer")))
        accounting, violations = chaos.prove(system, load)
    violations += told
    misplaced, placed = hours(chaos)
    if misplaced:
        violations.append(f"I1: {misplaced} hours are misplaced")
    figures: dict[str, object] = {
        "jumps": len(jumps),
        "orders in odd zones": placed,
        "misplaced hours": misplaced,
    }
    return Result(figures, accounting, violations)


def _jumped(system: System, seconds: int) -> Iterator[str]:
    """Nothing, if both databases tell that time."""
    for side in (system.write_db, system.read_db):
        [(now,)] = side("SELECT extract(epoch FROM clock_timestamp())::float8")
        if abs(now - time.time() - seconds) > TOLERANCE_S:
            yield f"a clock stands {now - time.time():.0f} s off, not {seconds}"


def _lies(system: System, load: Load) -> Iterator[str]:
    """I7: with the consumer away, the lag must not stay 0."""
    load.wait_for(20)
    system.roles["consumer"].kill()
    end = time.monotonic() + HIDDEN_S
    while time.monotonic() < end:
        load.wait_for(5)
    lag = system.get("/api/analytics/sync-status").body["lagSeconds"]
    if lag == 0:
        yield f"I7: lag 0 after {HIDDEN_S} s without a consumer"
    system.roles["consumer"].start()
    eventually(lambda: (system.unapplied() or 0) < RATE, "the consumer is back")


@contextmanager
def faked(servers: Servers, clock: Path) -> Iterator[None]:
    """Both databases keep the time that the file tells, at each look."""
    databases = (servers.write, servers.read)
    fake = {
        "LD_PRELOAD": library(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "DONT_FAKE_MONOTONIC": "1",  # setting a clock does not move that one
    }
    for database in databases:
        database.environment.update(fake)
        database.restart()
    try:
        yield
    finally:
        for database in databases:
            for name in fake:
                database.environment.pop(name, None)
            database.restart()


def hours(chaos: Chaos) -> tuple[int, int]:
    """Hours with a wrong number of orders, and how many orders were placed."""
    expected: Counter[datetime] = Counter()
    with chaos.system() as system:
        system.start()
        product = system.make_product(1)
        for text, hour in moments():
            place(system, product, text)
            expected[hour] += 1
        system.wait_until_applied()
        found = dict(
            system.read_db("SELECT hour_timestamp, total_orders FROM hourly_sales_view")
        )
        asked = dict(told(system, expected))
    keys = expected.keys() | found.keys()
    wrong = [h for h in keys if not expected[h] == found.get(h) == asked.get(h)]
    return len(wrong), expected.total()


def moments() -> Iterator[tuple[str, datetime]]:
    """As a client writes it in local time, and the hour in UTC in which it lies."""
    for change, before, after in CHANGES:
        for step in range(-8, 9):
            moment = change + step * STEP
            offset = timezone(timedelta(minutes=before if step < 0 else after))
            hour = moment.replace(minute=0, second=0, microsecond=0)
            yield moment.astimezone(offset).isoformat(), hour


def place(system: System, product: int, placed_at: str) -> None:
    answer = system.make_order(product, placedAt=placed_at)
    if answer.status != 201:
        raise Unexpected(f"{answer.status} for an order of {placed_at}: {answer.body}")


def told(system: System, expected: Counter[datetime]) -> Iterator[tuple[datetime, int]]:
    """What the API says of each of these hours."""
    for hour in expected:
        begin, end = (
            each.strftime("%Y-%m-%dT%H:%M:%SZ")
            for each in (hour, hour + timedelta(hours=1))
        )
        answer = system.get(f"/api/analytics/sales/hourly?from={begin}&to={end}")
        if answer.status != 200:
            raise Unexpected(f"{answer.status} for an hour: {answer.body}")
        [only] = answer.body["hours"]
        yield hour, only["totalOrders"]


@cache
def library() -> str:
    """The system's own, else Debian's package unpacked in the folder."""
    for folder in (Path("/usr/lib"), CACHE):
        if found := sorted(folder.glob("**/faketime/libfaketimeMT.so.1")):
            return str(found[0])
    fetch("libfaketime", into=CACHE, keep=("libfaketime",), hint=HINT)
    found = sorted(CACHE.glob("**/faketime/libfaketimeMT.so.1"))
    if not found:
        raise ChaosError(HINT)
    return str(found[0])
