"""Defects of other systems of this kind that only whole processes can show."""

from datetime import timedelta
from pathlib import Path

import pytest

from chaos.system import System
from chaos.waiting import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

NO_ORDERS: list[object] = [
    {"customerId": 1, "items": [None]},
    {"customerId": 1, "items": [[]]},
    {"customerId": 1, "items": {"0": None}},
    {"customerId": {}, "items": None},
    {"customerId": 1, "items": [{"productId": None, "quantity": "1"}]},
    [None],
    None,
]
PENDING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
MEDIAN_WAIT = """
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY published_at - created_at)
    FROM (SELECT * FROM outbox ORDER BY id DESC LIMIT 10) AS latest
"""
SPAN_OF_A_THOUSAND = """
    SELECT count(published_at), max(published_at) - min(published_at)
    FROM (SELECT * FROM outbox ORDER BY id DESC LIMIT 1000) AS latest
"""
NAMES = ["constructor", "__proto__", "toString", "null"]


def workers(system: System) -> list[str]:
    pid = system.roles["commands"].pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_no_body_of_an_order_ends_a_process(running: System) -> None:
    before = workers(running)

    answers = [running.post("/api/orders", body) for body in NO_ORDERS]

    assert {answer.status for answer in answers} == {400}
    assert running.roles["commands"].running
    assert before
    assert set(before) <= set(workers(running))  # the last one may just have come


def test_a_category_does_not_vanish_for_its_name(running: System) -> None:
    products = [running.make_product(category=name) for name in NAMES]
    order = running.make_order(*products)
    after = f"?wait=10&after={order.headers['event-id']}"

    for name in NAMES:
        found = running.get(f"/api/analytics/categories/{name}/revenue{after}").body
        assert found == {"category": name, "totalRevenue": 10, "totalOrders": 1}


def test_an_event_does_not_wait_for_the_next_second(running: System) -> None:
    for _ in range(10):
        running.make_product()
        eventually(lambda: running.write_db(PENDING) == [(0,)], "published")

    [(waited,)] = running.write_db(MEDIAN_WAIT)
    assert waited < timedelta(seconds=0.3)


def test_a_thousand_events_do_not_take_ten_seconds(running: System) -> None:
    items = [{"productId": running.make_product(), "quantity": 1}]
    order = {"customerId": 1, "items": items}
    placed = running.post("/api/orders/batch", {"orders": [order] * 1000})
    assert placed.status == 201
    running.wait_until_applied()

    [(events, span)] = running.write_db(SPAN_OF_A_THOUSAND)
    assert events == 1000
    assert span < timedelta(seconds=5)


def test_the_lag_does_not_grow_while_nothing_happens(running: System) -> None:
    running.make_product()
    running.wait_until_applied()
    idle = "SELECT watermark > last_event_at + interval '2.5 s' FROM sync_state"
    lags: set[int] = set()

    def idle_for_long() -> bool:
        lags.add(running.get("/api/analytics/sync-status").body["lagSeconds"])
        return running.read_db(idle) == [(True,)]

    eventually(idle_for_long, "2.5 s without an event")
    assert lags <= {0, 1}


def test_a_read_database_that_is_down_at_first_parks_no_event(system: System) -> None:
    system.start("commands", "relay")
    system.make_order(system.make_product())
    eventually(lambda: system.write_db(PENDING) == [(0,)], "published")
    system.servers.read.kill()
    system.start("consumer")
    eventually(lambda: "database" in system.log("consumer"), "the consumer has tried")
    system.servers.read.start()

    system.wait_until_applied()

    assert system.roles["consumer"].running
    assert system.read_db("SELECT FROM dead_letters") == []
