"""Looks at the query API during a load: figures never go back, the lag never lies."""

import threading
import time
from typing import TYPE_CHECKING

from chaos.answers import Answer
from chaos.system import System

if TYPE_CHECKING:
    from chaos.load import Load

FAITHFUL = 1  # the customer whose orders are never cancelled
LOOK_S = 0.1
# The lag is in whole seconds: what was acknowledged longer ago than this is covered.
ROUNDING_S = 1.0
LIMIT = 20  # problems that are told
TOLERATED = (0, 503)  # while a role or a database is away


class Witness:
    """Watches the orders of one customer, while there is a query role to ask.

    I4: their count never goes down. I7: while the lag is told as 0, no order of his
    is missing that was acknowledged more than a second before.
    """

    def __init__(self, system: System, load: "Load") -> None:
        self.system = system
        self.load = load
        self.problems: list[str] = []
        self.looks = 0
        self._seen = 0
        self._placed: list[tuple[float, int]] = []  # when acknowledged, how many
        self.thread = threading.Thread(target=self._watch, daemon=True)

    def placed(self, orders: int) -> None:
        """That so many of the faithful customer's orders have been acknowledged."""
        if orders:
            self._placed.append((time.monotonic(), orders))

    def _watch(self) -> None:
        while not self.load.stop.wait(LOOK_S):
            if "queries" in self.system.roles and len(self.problems) < LIMIT:
                self._look_or_tell()

    def _look_or_tell(self) -> None:
        try:
            self._look()
        except Exception as error:  # an answer that is none, too, is a problem
            self.problems.append(f"the witness could not read an answer: {error!r}")

    def _look(self) -> None:
        covered = time.monotonic() - ROUNDING_S
        status = self._ask("/api/analytics/sync-status")
        count = self._ask(f"/api/analytics/customers/{FAITHFUL}/lifetime-value")
        if not (status and count):
            return
        self.looks += 1
        lag, found = status.body["lagSeconds"], count.body["orderCount"]
        if found < self._seen:
            self.problems.append(f"I4: {found} orders after {self._seen}")
        self._seen = max(found, self._seen)
        due = sum(n for when, n in self._placed.copy() if when < covered)
        if lag == 0 and found < due:
            self.problems.append(f"I7: lag 0 with {due - found} orders invisible")

    def _ask(self, path: str) -> Answer | None:
        try:
            answer = self.system.get(path)
        except (OSError, ValueError):
            return None
        if answer.status == 200:
            return answer
        if answer.status not in TOLERATED:
            self.problems.append(f"{answer.status} for {path}: {answer.body}")
        return None
