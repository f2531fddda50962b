"""The harness on a real system: what is wrong is found, what is right is not."""

from collections.abc import Iterator
from contextlib import closing
from copy import copy

import pika
import psycopg
import pytest

from chaos import invariants, queues, truth
from chaos.accounting import account
from chaos.invariants import prove, violations
from chaos.load import Load
from chaos.servers import Servers, administer
from chaos.system import System
from chaos.waiting import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]
ORDERS = 30


@pytest.fixture(scope="module")
def loaded(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[System, Load]]:
    """A system that has taken a load and proved right."""
    system = System(servers, tmp_path_factory.mktemp("logs"))
    try:
        system.start()
        load = Load(system, system.make_products(), batch=3, others=0.4)
        with load.running():
            load.wait_for(ORDERS)
            eventually(lambda: load.cancelled and load.refunded, "reversals")
        accounting, found = prove(system, load)
        assert found == []
        assert accounting.acknowledged == accounting.attempted >= ORDERS
        yield system, load
    finally:
        system.stop(grace=0)


PLANTED = {
    "a cent in a view": (
        "read",
        "UPDATE product_sales_view SET total_revenue = total_revenue + 0.01"
        " WHERE product_id = 1",
        "I1: product_sales_view",
    ),
    "a cent in a month, by the order's date": (
        "read",
        "UPDATE product_month_view SET reversals_by_order = reversals_by_order + 0.01"
        " WHERE product_id = 1",
        "I1: product_month_view",
    ),
    "a row too many": (
        "read",
        "INSERT INTO category_metrics_view VALUES ('Ghosts', 0, 0)",
        "I1: category_metrics_view must not hold",
    ),
    "a lost order": (
        "read",
        "DELETE FROM sales_ledger WHERE order_id = 1",
        "I3: 1 orders lost",
    ),
    "a lost update of stock": (
        "write",
        "UPDATE products SET stock = stock + 1 WHERE id = 1",
        "I1: stock of product 1",
    ),
    "a cancellation gone": (
        "write",
        "DELETE FROM order_cancellations WHERE id IN"
        " (SELECT id FROM order_cancellations LIMIT 1)",
        "I3: 1 cancellations lost",
    ),
    "a catalogue of yesterday": (
        "read",
        "UPDATE product_catalog SET name = 'Old' WHERE product_id = 2",
        "I1: product_catalog",
    ),
}


def damaged(system: System, side: str, statement: str) -> System:
    """A copy of its databases, one of them damaged; only questions may be asked."""
    made = copy(system)
    made.environment = dict(system.environment)
    for url, server in (
        ("DATABASE_URL", system.servers.write),
        ("READ_DATABASE_URL", system.servers.read),
    ):
        administer(server, "DROP DATABASE IF EXISTS damaged")
        administer(server, "CREATE DATABASE damaged TEMPLATE {}", system.name)
        made.environment[url] = server.url("damaged")
    url = "READ_DATABASE_URL" if side == "read" else "DATABASE_URL"
    with psycopg.connect(made.environment[url]) as connection:
        assert connection.execute(statement.encode()).rowcount > 0
    return made


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found(loaded: tuple[System, Load], name: str) -> None:
    system, load = loaded
    side, statement, told = PLANTED[name]
    system.stop()

    found = whatever_differs(damaged(system, side, statement), load)

    assert any(each.startswith(told) for each in found), found


def whatever_differs(system: System, load: Load) -> list[str]:
    return [
        *truth.differences(system, []),
        *invariants._accounted(account(system, load)),
        *invariants._reversed(system, load),
    ]


def test_a_message_left_in_a_queue_is_told(
    loaded: tuple[System, Load], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invariants, "EMPTY_S", 1.0)  # it will not be
    system, _ = loaded
    system.stop()
    publish(system, b"{")  # no consumer is there to park it

    found = list(invariants._at_rest(system, parked=0))

    assert found == ["I5: 1 messages stay in analytics"]
    assert any(
        each.startswith("I5: 1 events are parked") for each in violations(system)
    )


def publish(system: System, body: bytes) -> None:
    url = system.environment["BROKER_URL"]
    with closing(pika.BlockingConnection(pika.URLParameters(url))) as connection:
        channel = connection.channel()
        channel.confirm_delivery()  # a quorum queue counts it a moment later
        channel.basic_publish(exchange="", routing_key=queues.EVENTS, body=body)
