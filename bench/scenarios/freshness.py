"""How long after its 201 an order shows in the figures, while others come in."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bench.context import Bench
from bench.errors import BenchError
from bench.figures import Figure, absolute, percentile
from bench.target import Link, Target, make_product
from devstack.roles import ROLES

RATE = 100  # orders a second, probes included
PROBES = 20  # of them
PROBES_FIRST = 20  # left out: connections and prepared statements are new
SECONDS = 20
CLIENTS = 4
VISIBLE_WITHIN_S = 30.0


def under_load(bench: Bench) -> Sequence[Figure]:
    with bench.target("freshness", *ROLES) as target:
        if not bench.given:
            bench.watcher.step(f"{RATE} orders/s for {SECONDS} s")
        with Prober(target) as prober, background(target):
            for due in paced(PROBES, SECONDS):
                time.sleep(max(0.0, due - time.monotonic()))
                prober.probe()
    waits = prober.milliseconds[PROBES_FIRST:]
    beside = {f"p{p}, ms": [percentile(waits, p)] for p in (50, 90, 99, 100)}
    judged = not bench.given
    return [
        absolute(
            f"freshness p{p}", [percentile(waits, p)], judged=judged, beside=beside
        )
        for p in (50, 99)
    ]


class Prober:
    """Orders a product of its own and asks until the order is counted."""

    def __init__(self, target: Target) -> None:
        self._write, self._read = Link(target.command_url), Link(target.query_url)
        self._product = make_product(self._write, 0)
        self._orders = 0
        self.milliseconds: list[float] = []

    def __enter__(self) -> "Prober":
        return self

    def __exit__(self, *_: object) -> None:
        self.rest()

    def rest(self) -> None:
        """Servers close connections that are quiet; the next probe opens new ones."""
        self._write.close()
        self._read.close()

    def probe(self) -> float:
        place(self._write, self._product)
        self._orders += 1
        answered = time.perf_counter()
        while self._counted() < self._orders:
            if time.perf_counter() - answered > VISIBLE_WITHIN_S:
                raise BenchError("an order did not show in the figures")
        waited = (time.perf_counter() - answered) * 1000
        self.milliseconds.append(waited)
        return waited

    def _counted(self) -> int:
        sales = self._read.get(f"/api/analytics/products/{self._product}/sales")
        return int(sales["orderCount"])


def place(link: Link, product: int) -> None:
    items = [{"productId": product, "quantity": 1}]
    link.post("/api/orders", {"customerId": random.randint(1, 100_000), "items": items})  # noqa: S311


@contextmanager
def background(target: Target) -> Iterator[None]:
    """The other orders, of the products that everybody buys."""
    ids = [int(line) for line in target.products.read_text().split()]
    stop = threading.Event()

    def client() -> None:
        link = Link(target.command_url)
        pause = CLIENTS / (RATE - PROBES)
        due = time.monotonic() + random.uniform(0, pause)  # noqa: S311
        while not stop.wait(max(0.0, due - time.monotonic())):
            place(link, random.choice(ids))  # noqa: S311
            due += pause
        link.close()

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def paced(rate: float, seconds: float) -> Iterator[float]:
    """When each is due, on the monotonic clock, not in step with anything."""
    begun = time.monotonic()
    for number in range(int(rate * seconds)):
        yield begun + (number + random.uniform(0, 0.5)) / rate  # noqa: S311
