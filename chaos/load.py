"""Clients that order, cancel, refund and change prices, and never give up on one."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from chaos import choices
from chaos.answers import Answer
from chaos.errors import TooLate
from chaos.system import System
from chaos.waiting import eventually
from chaos.witness import FAITHFUL, Witness

RETRY_S = 0.05
GIVE_UP_S = 60.0  # after the end of the load
OTHERS = 0.1  # of all requests are no orders
RETRIED = (0, 409, 429, 503)


class Request(NamedTuple):
    method: str
    path: str
    body: Any
    key: str


class Load:
    """Each request carries an Idempotency-Key and is tried until it is answered.

    `answers` counts statuses, 0 standing for a connection that broke. `attempted`
    are the numbers of the orders that were sent, `orders` the acknowledged ids by
    these numbers. `rate` is orders a second of all clients together; a `batch` of 0
    is single orders. Each client draws all choices from its own seeded dice.
    """

    def __init__(
        self,
        system: System,
        products: Sequence[int],
        *,
        seed: int = 0,
        clients: int = 4,
        rate: float = 0.0,
        batch: int = 0,
        others: float = OTHERS,
    ) -> None:
        self.system = system
        self.products = list(products)
        self.seed, self.batch, self.clients, self.others = seed, batch, clients, others
        self.pause = clients * max(batch, 1) / rate if rate else 0.0
        self.lock = threading.Lock()  # of the two counters
        self.answers: Counter[int] = Counter()
        self.cut_off = 0  # requests that were taken and not answered
        self.attempted: set[int] = set()
        self.troubled: set[int] = set()  # numbers that were answered by an error once
        self.orders: dict[int, int] = {}
        self.cancelled: set[int] = set()  # order ids, like the next
        self.refunded: set[int] = set()
        self.problems: list[str] = []
        self.times: list[tuple[float, float, int]] = []  # when, seconds, status
        self.stop = threading.Event()
        self.witness = Witness(system, self)
        self.threads = [
            threading.Thread(target=self._client, args=[number], daemon=True)
            for number in range(clients)
        ]

    # --- one client ---------------------------------------------------------------
    def _client(self, number: int) -> None:
        try:
            self._requests(number)
        except Exception as error:  # else a client that died would not be missed
            self.problems.append(f"client {number} broke off: {error!r}")

    def _requests(self, number: int) -> None:
        dice = random.Random(f"{self.seed} client {number}")
        mine: list[int] = []  # orders that may still be cancelled or refunded
        due = time.monotonic()
        for turn in range(10**9):
            if self.stop.is_set():
                return
            key = f"{self.seed}-{number}-{turn}"
            if dice.random() >= self.others:
                mine += self._order(dice, key, turn * self.clients + number)
            elif mine and dice.random() < 0.7:
                self._reverse(dice, key, mine.pop(dice.randrange(len(mine))))
            else:
                self._change(dice, key)
            due += self.pause
            self.stop.wait(max(0.0, due - time.monotonic()))

    def _order(self, dice: random.Random, key: str, turn: int) -> list[int]:
        """The ids of the orders that may be reversed later."""
        size = max(self.batch, 1)
        numbers = range(turn * size, (turn + 1) * size)
        bodies = [choices.order(dice, n, self.products) for n in numbers]
        self.attempted.update(numbers)
        if self.batch:
            answer = self._send(
                Request("POST", "/api/orders/batch", {"orders": bodies}, key), numbers
            )
            ids = answer.body["orderIds"] if answer else []
        else:
            answer = self._send(Request("POST", "/api/orders", bodies[0], key), numbers)
            ids = [answer.body["orderId"]] if answer else []
        self.orders.update(zip(numbers, ids, strict=False))
        customers = [body["customerId"] for body in bodies]
        self.witness.placed(customers.count(FAITHFUL) if ids else 0)
        found = zip(ids, customers, strict=False)
        return [id_ for id_, customer in found if customer != FAITHFUL]

    def _reverse(self, dice: random.Random, key: str, order: int) -> None:
        cancels = dice.random() < 0.5
        path, body = choices.cancellation(order) if cancels else choices.refund(order)
        if self._send(Request("POST", path, body, key)):
            (self.cancelled if cancels else self.refunded).add(order)

    def _change(self, dice: random.Random, key: str) -> None:
        path, body = choices.change(dice, self.products)
        self._send(Request("PATCH", path, body, key))

    # --- one request --------------------------------------------------------------
    def _send(self, request: Request, numbers: Sequence[int] = ()) -> Answer | None:
        """The final answer; None after what must not be answered, or at the end."""
        while True:
            answer = self._try(request)
            if answer and answer.status in (200, 201):
                return answer
            self.troubled.update(numbers)
            if answer and answer.status not in RETRIED:
                self.problems.append(
                    f"{answer.status} for {request.method} {request.path}:"
                    f" {answer.body}"
                )
                return None
            if self.stop.is_set() and time.monotonic() > self.give_up_at:
                return None
            time.sleep(RETRY_S)

    def _try(self, request: Request) -> Answer | None:
        begun = time.monotonic()
        answer: Answer | None = None
        key = {"Idempotency-Key": request.key}
        try:
            answer = self.system.call(
                "commands", request.method, request.path, request.body, key
            )
        except ConnectionRefusedError:
            pass
        except (OSError, ValueError):  # also in the middle of its JSON
            with self.lock:
                self.cut_off += 1
        status = answer.status if answer else 0
        with self.lock:
            self.answers[status] += 1
        self.times.append((begun, time.monotonic() - begun, status))
        if answer and status == 503:
            self._check_refusal(answer)
        return answer

    def _check_refusal(self, answer: Answer) -> None:
        kind = answer.headers.get("content-type", "")
        if kind != "application/problem+json" or "retry-after" not in answer.headers:
            self.problems.append(f"a 503 that says too little: {answer}")

    # --- all of them --------------------------------------------------------------
    give_up_at = float("inf")

    @contextmanager
    def running(self) -> Iterator["Load"]:
        threads = [*self.threads, self.witness.thread]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self.give_up_at = time.monotonic() + GIVE_UP_S
            self.stop.set()
            for thread in threads:
                thread.join(GIVE_UP_S + 30)
        if any(thread.is_alive() for thread in threads):
            raise TooLate("a client is stuck")

    def wait_for(self, more: int, seconds: float = 60.0) -> None:
        """Until that many more orders are acknowledged."""
        target = len(self.orders) + more
        eventually(lambda: len(self.orders) >= target, f"{more} more orders", seconds)

    def wait_until_counted(self) -> None:
        """Until the order that was acknowledged last is in the read tables."""
        newest = list(self.orders.values())[-1]
        eventually(lambda: self.system.counts(newest), "the newest order is counted")
