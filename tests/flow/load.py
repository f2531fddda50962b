"""Clients that post orders, keep count of every answer, and never give up on one."""

import itertools
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from tests.flow.system import System, eventually

RETRY_S = 0.05


class Load:
    """Each order carries an Idempotency-Key and is tried until it is acknowledged.

    `orders` are the acknowledged ids; `answers` counts statuses, 0 standing for a
    connection that broke. `rate` is orders a second of all clients together.
    """

    def __init__(
        self, system: System, products: list[int], *, clients: int = 4, rate: float = 0
    ) -> None:
        self.system = system
        self.products = products
        self.pause = clients / rate if rate else 0.0
        self.answers: Counter[int] = Counter()
        self.orders: list[int] = []
        self.keys = itertools.count(1)
        self.stop = threading.Event()
        self.threads = [
            threading.Thread(target=self._client, args=[seed])
            for seed in range(clients)
        ]

    def _client(self, seed: int) -> None:
        dice = random.Random(seed)
        due = time.monotonic()
        while not self.stop.is_set():
            self._order(dice)
            due += self.pause
            self.stop.wait(max(0.0, due - time.monotonic()))

    def _order(self, dice: random.Random) -> None:
        chosen = dice.sample(self.products, k=min(len(self.products), 3))
        customer = dice.randint(1, 50)
        key = f"order-{next(self.keys)}"
        while True:
            status, order = self._try(chosen, customer, key)
            self.answers[status] += 1
            if status == 201:
                self.orders.append(order)
                return
            assert status in (0, 409, 503), f"{status} for an order"
            time.sleep(RETRY_S)

    def _try(self, chosen: list[int], customer: int, key: str) -> tuple[int, int]:
        try:
            body = {
                "customerId": customer,
                "items": [{"productId": id_, "quantity": 1} for id_ in chosen],
            }
            answer = self.system.post("/api/orders", body, Idempotency_Key=key)
        except OSError:
            return 0, 0
        return answer.status, (answer.body or {}).get("orderId", 0)

    @contextmanager
    def running(self) -> Iterator["Load"]:
        for thread in self.threads:
            thread.start()
        try:
            yield self
        finally:
            self.stop.set()
            for thread in self.threads:
                thread.join(60)
                assert not thread.is_alive(), "a client is stuck"

    def wait_for(self, more: int) -> None:
        """Until that many more orders are acknowledged."""
        target = len(self.orders) + more
        eventually(lambda: len(self.orders) >= target, f"{more} more orders")

    def assert_each_found_once(self) -> None:
        """Every 201 is one order; nothing is there that was never acknowledged."""
        rows = self.system.write_db("SELECT id FROM orders ORDER BY id")
        assert [id_ for (id_,) in rows] == sorted(self.orders)
        rows = self.system.read_db(
            "SELECT order_id FROM sales_ledger WHERE kind = 'sale'"
            " GROUP BY order_id ORDER BY order_id"
        )
        assert [id_ for (id_,) in rows] == sorted(self.orders)
