"""Many clients want the same products: nobody sees a deadlock, nothing is oversold."""

import os
import threading
from collections import Counter
from itertools import cycle

import pytest

from chaos.invariants import violations
from chaos.system import System
from chaos.waiting import eventually

SECONDS = float(os.environ.get("CONTENTION_SECONDS", "8"))  # 60 for the long run
CLIENTS = 16
pytestmark = [pytest.mark.processes, pytest.mark.timeout(120 + SECONDS)]


def test_opposite_orders_of_lines_never_deadlock_and_never_oversell(
    system: System,
) -> None:
    system.start()
    scarce = system.make_product(stock=200)
    plenty = [system.make_product(stock=10**6) for _ in range(3)]
    statuses: Counter[int] = Counter()
    end = threading.Event()

    def client(number: int) -> None:
        ways = cycle([plenty, plenty[::-1], [scarce, *plenty], [*plenty[::-1], scarce]])
        while not end.is_set():
            statuses[system.make_order(*next(ways)).status] += 1
            if number == 0:
                [(stock,)] = system.write_db("SELECT min(stock) FROM products")
                assert stock >= 0

    threads = [threading.Thread(target=client, args=[n]) for n in range(CLIENTS)]
    for thread in threads:
        thread.start()
    end.wait(SECONDS)
    end.set()
    for thread in threads:
        thread.join(30)

    assert statuses.keys() == {201, 409}
    assert system.write_db("SELECT stock FROM products WHERE id = 1") == [(0,)]
    [(sold,)] = system.write_db("SELECT 10^6::int - stock FROM products WHERE id = 2")
    assert sold == statuses[201]
    deadlocks = (
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    )
    assert system.write_db(deadlocks) == [(0,)]
    assert violations(system) == []


def test_two_lines_of_one_product_are_checked_together_and_count_as_one_order(
    running: System,
) -> None:
    id_ = running.make_product(stock=100)

    assert running.make_order(*[id_] * 2).status == 201
    line = {"productId": id_, "quantity": 50}
    short = running.post("/api/orders", {"customerId": 1, "items": [line, line]})
    assert short.status == 409

    eventually(
        lambda: (
            running.get(f"/api/analytics/products/{id_}/sales").body
            == {
                "productId": id_,
                "totalQuantitySold": 2,
                "totalRevenue": 20,
                "orderCount": 1,
            }
        ),
        "one order of two",
    )


def test_one_key_posted_by_many_clients_at_once_is_one_order(running: System) -> None:
    id_ = running.make_product()
    body = {"customerId": 77, "items": [{"productId": id_, "quantity": 1}]}
    found: list[tuple[int, object]] = []

    def client() -> None:
        while True:
            answer = running.post("/api/orders", body, Idempotency_Key="the-same")
            found.append((answer.status, answer.body.get("orderId")))
            if answer.status == 201:
                return

    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert {status for status, _ in found} <= {201, 409}
    stored = running.write_db("SELECT id FROM orders WHERE customer_id = 77")
    assert [(order,) for order in {o for status, o in found if status == 201}] == stored
