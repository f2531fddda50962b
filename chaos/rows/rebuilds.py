"""Views are rebuilt while orders come in and the rebuild is killed again and again."""

import re
import signal
import sys
import threading
from decimal import Decimal
from typing import LiteralString

import psycopg

from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from devstack.folder import ROOT
from devstack.process import Process

FIGURE = "10 kills under 200 orders/s: never a mixed answer, swap <= 100 ms, identical"
RATE = 200.0  # orders a second
BATCH = 5
LONGEST_SWAP_MS = 100
REPLAY_S = 120.0
# Places of the code at which a rebuild dies; see messaging/failpoints.py.
PLACES = (
    *("replay.begun", "rebuild.opened", "rebuild.view_filled:2", "catch_up.advanced"),
    *("replay.verifying", "replay.verified", "swap.advanced", "swap.locked"),
    *("swap.moved", "swap.recorded", "swap.committed", "rebuild.view_filled:4"),
)
SOURCES = ("ledger", "outbox")
# One statement: all of it is of one generation, and adds up to one sum.
LOOK: LiteralString = """
    SELECT (SELECT sum(total_revenue) FROM product_sales_view),
           (SELECT sum(total_revenue) FROM category_metrics_view),
           (SELECT sum(total_spent) FROM customer_ltv_view),
           (SELECT sum(total_revenue) FROM hourly_sales_view),
           (SELECT sum(order_count) FROM customer_ltv_view)
"""
TOLD = 5


def rebuilds(chaos: Chaos) -> Result:
    """Row 22."""
    kills = chaos.size(3, 10)
    places = chaos.dice.sample(PLACES, kills)
    with chaos.system() as system:
        system.start()
        products = [system.make_product(1, category=f"C{n % 4}") for n in range(20)]
        load = Load(
            system, products, seed=chaos.seed, rate=RATE, batch=BATCH, others=0.0
        )
        reader = Reader(system, products)
        with load.running():
            load.wait_for(chaos.size(100, 20_000), seconds=240)
            reader.start()
            died = [kill(chaos, system, place) for place in places]
            done = [last(chaos, system, source) for source in SOURCES]
            load.wait_for(50)
            reader.stop()
        accounting, violations = chaos.prove(system, load)
    slowest = max(waited for waited, _ in done)
    violations += [*reader.problems, *(problem for _, problem in done if problem)]
    if slowest > LONGEST_SWAP_MS:
        violations.append(f"readers waited {slowest} ms, not {LONGEST_SWAP_MS}")
    figures: dict[str, object] = {
        "kills": kills,
        "died there": sum(died),
        "swap ms": slowest,
        "answers read": reader.looks,
    }
    return Result(figures, accounting, violations)


def replay(system: System, source: str, **environment: str) -> Process:
    """Started, in a group of its own."""
    command = ["replay_projections", "--from", source]
    process = Process(
        "replay",
        [sys.executable, str(ROOT / "manage.py"), *command],
        env={**system.environment, **environment},
        cwd=ROOT,
        log=system.logs / f"{system.name}.replay.log",
    )
    process.start()
    return process


def kill(chaos: Chaos, system: System, place: str) -> bool:
    """Whether the rebuild died there."""
    chaos.step(f"a rebuild dies at {place}")
    source = chaos.dice.choice(SOURCES)
    code = replay(system, source, FAIL_POINT=place).wait(REPLAY_S)
    return code == -signal.SIGKILL


def last(chaos: Chaos, system: System, source: str) -> tuple[int, str]:
    """A rebuild that is left alone: how many ms readers waited, and what went wrong."""
    chaos.step(f"a rebuild from the {source}")
    code = replay(system, source).wait(REPLAY_S)
    found = re.findall(r"readers waited (\d+) ms", system.log("replay"))
    if code or not found:
        return 0, f"the rebuild ended with {code}: {system.log('replay')[-300:]}"
    return int(found[-1]), ""


class Reader:
    """Asks the read tables and the API without a pause, and remembers what is odd."""

    def __init__(self, system: System, products: list[int]) -> None:
        self.system = system
        self.products = products
        self.problems: list[str] = []
        self.looks = 0
        self.end = threading.Event()
        self.threads = [
            threading.Thread(target=look, daemon=True)
            for look in (self._watch_tables, self._watch_api)
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.end.set()
        for thread in self.threads:
            thread.join(30)

    def _watch_tables(self) -> None:
        """All sums agree in each answer; none goes down, as nothing is cancelled."""
        url = self.system.environment["READ_DATABASE_URL"]
        before: list[Decimal] = []
        with psycopg.connect(url, autocommit=True) as connection:
            while not self.end.wait(0.005):
                [(*sums, orders)] = connection.execute(LOOK).fetchall()
                if len(set(sums)) > 1:
                    self._tell(f"a mixed answer: {sums}")
                self._compare([*sums, orders], before, "the sums")
                before = [*sums, orders]

    def _watch_api(self) -> None:
        """Each piece costs 1.00, so a row that is whole says so."""
        before: dict[int, list[Decimal]] = {}
        while not self.end.wait(0.005):
            for product in self.products[:3]:
                answer = self.system.get(f"/api/analytics/products/{product}/sales")
                if answer.status != 200:
                    self._tell(f"{answer.status} while the tables are rebuilt")
                    continue
                body = answer.body
                if body["totalRevenue"] != body["totalQuantitySold"]:
                    self._tell(f"a mixed answer: {body}")
                now = [Decimal(body["totalRevenue"]), Decimal(body["orderCount"])]
                self._compare(now, before.get(product, []), f"product {product}")
                before[product] = now

    def _compare(self, now: list[Decimal], before: list[Decimal], what: str) -> None:
        self.looks += 1
        if any(new < old for new, old in zip(now, before, strict=False)):
            self._tell(f"{what} went back from {before} to {now}")

    def _tell(self, problem: str) -> None:
        if len(self.problems) < TOLD:
            self.problems.append(f"I4: {problem}")
