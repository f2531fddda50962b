"""A message that cannot be applied is parked with its reason; all others go on."""

from contextlib import closing

import psycopg
import pytest

from chaos.invariants import violations
from chaos.system import System
from chaos.waiting import eventually
from messaging.envelope import Message, new_event_id
from messaging.publisher import Publisher
from tests.messaging.builders import an_order, body_of

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]

POISON = {
    "no JSON": b"{",
    "unknown type": body_of(an_order(), type="OrderTeleported"),
    "unknown version": body_of(an_order(), dataversion=99),
    "overflow": body_of(an_order()).replace(b'"29.99"', b'"99999999999999.99"'),
    "NaN": body_of(an_order()).replace(b'"29.99"', b'"NaN"'),
    "an id beyond bigint": body_of(an_order(order_id=2**70)),
}


def publish(system: System, *bodies: bytes) -> None:
    url = system.environment["BROKER_URL"]
    with closing(Publisher(urls=[url], name="test")) as publisher:
        publisher.connect()
        messages = [Message(new_event_id(), "?", "order-events", b) for b in bodies]
        assert len(publisher.publish(messages)) == len(bodies)


def parked(system: System) -> int:
    [(count,)] = system.read_db(
        "SELECT count(*) FROM dead_letters WHERE settled_at IS NULL"
    )
    return int(count)


def test_every_kind_of_poison_is_parked_once_and_the_rest_is_applied(
    system: System,
) -> None:
    system.start("commands", "queries", "relay")
    id_ = system.make_product()
    system.make_order(id_)
    eventually(
        lambda: system.write_db("SELECT FROM outbox WHERE published_at IS NULL") == [],
        "published",
    )
    publish(system, *POISON.values())
    last = system.make_order(id_)
    system.start("consumer")

    after = f"?after={last.headers['event-id']}&wait=10"
    sales = system.get(f"/api/analytics/products/{id_}/sales{after}")
    assert sales.body["orderCount"] == 2
    eventually(lambda: parked(system) == len(POISON), "all poison parked")
    reasons = system.read_db("SELECT reason, attempts FROM dead_letters")
    assert all(reason and attempts <= 5 for reason, attempts in reasons)
    assert system.get("/health/ready").body["status"] == "degraded"
    assert violations(system, parked=len(POISON)) == []


def test_a_parked_event_is_applied_by_retry_once_its_cause_is_gone(
    system: System,
) -> None:
    system.start("commands", "queries", "relay")
    with_cause = "ALTER TABLE sales_ledger ADD CONSTRAINT cause CHECK (quantity < 3)"
    execute(system, with_cause)
    system.start("consumer")
    id_ = system.make_product()
    items = [{"productId": id_, "quantity": 3}]
    system.post("/api/orders", {"customerId": 1, "items": items})
    system.make_order(id_)
    eventually(lambda: parked(system) == 1, "the order of three is parked")

    [(number, reason)] = system.read_db("SELECT id, reason FROM dead_letters")
    assert "cause" in reason
    execute(system, "ALTER TABLE sales_ledger DROP CONSTRAINT cause")
    done = system.manage("dead_letters", "retry", str(number))

    assert done.returncode == 0, done.stdout + done.stderr
    assert parked(system) == 0
    sales = system.get(f"/api/analytics/products/{id_}/sales").body
    assert (sales["orderCount"], sales["totalQuantitySold"]) == (2, 4)
    assert system.manage("dead_letters", "sync").returncode == 0
    assert violations(system) == []


def execute(system: System, statement: str) -> None:
    with psycopg.connect(system.environment["READ_DATABASE_URL"]) as connection:
        connection.execute(statement.encode())
