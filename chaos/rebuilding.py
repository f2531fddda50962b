"""Rebuilds as processes, and a reader that looks at the figures meanwhile."""

import sys
import threading
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

import psycopg

from chaos.system import System
from devstack.folder import ROOT
from devstack.process import Process

# One statement: all of it is of one generation, and adds up to one sum.
LOOK: LiteralString = """
    SELECT (SELECT sum(total_revenue) FROM product_sales_view),
           (SELECT sum(total_revenue) FROM category_metrics_view),
           (SELECT sum(total_spent) FROM customer_ltv_view),
           (SELECT sum(total_revenue) FROM hourly_sales_view),
           (SELECT sum(order_count) FROM customer_ltv_view)
"""
TOLD = 5


def replay(
    system: System, source: str, *, root: Path = ROOT, **environment: str
) -> Process:
    """Started, in a group of its own."""
    command = ["replay_projections", "--from", source]
    process = Process(
        "replay",
        [sys.executable, str(root / "manage.py"), *command],
        env={**system.environment, **environment},
        cwd=root,
        log=system.logs / f"{system.name}.replay.log",
    )
    process.start()
    return process


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
                try:
                    answer = self.system.get(f"/api/analytics/products/{product}/sales")
                except (OSError, ValueError) as error:
                    self._tell(f"no answer: {error!r}")
                    continue
                if answer.status != 200:
                    self._tell(f"{answer.status} in place of an answer")
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
