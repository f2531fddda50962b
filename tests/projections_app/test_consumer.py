"""Nothing is acknowledged before its commit; poison goes aside, the rest goes on."""

from collections.abc import Callable
from contextlib import closing, suppress

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from messaging.errors import BrokerUnavailable
from messaging.subscriber import Delivery
from projections_app import redelivery
from projections_app.models import (
    DeadLetter,
    DeliveryAttempt,
    ProcessedEvent,
    ProductSales,
)
from tests.messaging.builders import an_order, body_of
from tests.projections_app.conftest import Queues, eventually, renamed, settle
from tests.projections_app.messages import POISON


def orders(count: int) -> list[bytes]:
    return [body_of(an_order(order_id=n + 1)) for n in range(count)]


def test_what_is_in_the_queue_is_applied_and_acknowledged(queues: Queues) -> None:
    queues.publish(*orders(120))

    queues.consume(120)

    assert ProductSales.objects.get().order_count == 120
    assert queues.depth() == 0


def test_an_empty_queue_is_no_work(queues: Queues) -> None:
    with closing(queues.consumer()) as consumer:
        assert consumer.run_once() == 0
        assert consumer.healthy


def test_a_consumer_that_ends_applies_what_was_sent_to_it(queues: Queues) -> None:
    with closing(queues.consumer()) as consumer:
        queues.publish(*orders(50))
        consumer.finish()
        queues.publish(*orders(51))
        assert consumer.run_once() == 0

    assert ProductSales.objects.get().order_count == 50
    assert queues.depth() == 51


def test_poison_is_parked_once_with_its_reason_and_the_rest_is_applied(
    queues: Queues,
) -> None:
    queues.publish(*orders(5), *POISON.values(), *orders(5))

    queues.consume(10 + len(POISON))

    assert ProductSales.objects.get().order_count == 10
    assert DeadLetter.objects.count() == len(POISON)
    assert all(DeadLetter.objects.values_list("reason", flat=True))
    assert queues.depth() == 0
    eventually(lambda: queues.dead() == len(POISON))


def test_a_dead_letter_names_the_event_and_keeps_the_bytes(queues: Queues) -> None:
    queues.publish(POISON["unknown type"])

    queues.consume(1)

    letter = DeadLetter.objects.get()
    assert letter.event_type == "OrderTeleported"
    assert letter.fingerprint == str(letter.event_id)
    assert letter.reason == (
        "UnknownEvent: no event OrderTeleported of version 1 is known"
    )
    assert "Traceback" in letter.traceback
    assert bytes(letter.body) == POISON["unknown type"]
    assert letter.attempts == 1


def test_what_was_committed_but_not_acknowledged_is_not_applied_again(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    queues.publish(*orders(3), POISON["broken JSON"])
    consumer = queues.consumer()
    with monkeypatch.context() as broken:
        broken.setattr(consumer._subscriber, "ack", lost_connection)
        broken.setattr(consumer._subscriber, "reject", lost_connection)
        with pytest.raises(BrokerUnavailable):
            settle(consumer, 4)
    consumer.close()
    assert queues.depth() == 4

    queues.consume(4)

    assert ProductSales.objects.get().order_count == 3
    assert DeadLetter.objects.count() == 1
    assert queues.depth() == 0
    eventually(lambda: queues.dead() == 1)


def lost_connection(_: object) -> None:
    raise BrokerUnavailable


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_a_read_database_that_is_away_keeps_the_deliveries_in_hand(
    queues: Queues,
) -> None:
    queues.publish(*orders(3))
    with closing(queues.consumer()) as consumer:
        with renamed("product_sales_view"):
            eventually(lambda: not (consumer.run_once() or consumer.healthy))
            assert queues.depth() == 0

        settle(consumer, 3)

        assert consumer.healthy
    assert ProductSales.objects.get().order_count == 3
    assert DeadLetter.objects.count() == 0
    assert queues.depth() == 0


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_a_connection_that_the_database_ended_is_replaced(queues: Queues) -> None:
    queues.publish(*orders(3))
    with closing(queues.consumer()) as consumer:
        settle(consumer, 3)
        end_connection()
        queues.publish(*orders(3))

        settle(consumer, 3)

    assert ProcessedEvent.objects.count() == 6
    assert DeadLetter.objects.count() == 0


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_a_connection_that_ended_before_a_redelivery_is_replaced(
    queues: Queues,
) -> None:
    queues.publish(*orders(3))
    with closing(queues.subscriber()) as first:
        first.connect()
        eventually(lambda: bool(held(first.receive)))
    connections["read"].ensure_connection()
    end_connection()

    queues.consume(3)

    assert ProcessedEvent.objects.count() == 3


def end_connection() -> None:
    """As an administrator would, over a connection of its own."""
    pid = connections["read"].connection.info.backend_pid
    with connections["read"].copy().temporary_connection() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])


def test_a_broker_that_goes_away_gives_the_messages_to_the_next_connection(
    queues: Queues,
) -> None:
    queues.publish(*orders(3))
    consumer = queues.consumer()
    eventually(lambda: bool(held(consumer._subscriber.receive)))
    with suppress(BrokerUnavailable):
        consumer.connect()

    settle(consumer, 3)
    consumer.close()

    assert ProcessedEvent.objects.count() == 3
    assert queues.depth() == 0


def test_a_network_that_fails_again_and_again_slows_no_event_down(
    queues: Queues,
) -> None:
    queues.publish(*orders(50))
    consumer = queues.consumer()
    for _ in range(3):  # judged, and given back before they are applied
        received = consumer._subscriber.receive(limit=50, wait=5)
        redelivery.judge(received)
        with suppress(BrokerUnavailable):
            consumer.connect()
    assert DeliveryAttempt.objects.exists()

    with CaptureQueriesContext(connections["read"]) as queries:
        settle(consumer, 50)
    consumer.close()

    assert ProcessedEvent.objects.count() == 50
    assert len(queries) < 50


def held(receive: Callable[..., list[Delivery]]) -> list[Delivery]:
    return receive(limit=50, wait=0.1)
