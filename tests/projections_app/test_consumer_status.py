"""The consumer tells how broker and database are, and is never kept from its work."""

from contextlib import closing

import pytest

from messaging.errors import BrokerUnavailable
from messaging.subscriber import Subscriber
from projections_app.consumer import Consumer
from projections_app.models import ConsumerStatus, ProcessedEvent
from tests.messaging.builders import an_order, body_of
from tests.projections_app.conftest import Queues, eventually, renamed, settle

NOWHERE = "amqp://guest:guest@127.0.0.1:1/"


def told() -> tuple[str, str]:
    row = ConsumerStatus.objects.get()
    return row.state, row.reason


def test_a_consumer_that_waits_for_messages_is_connected(queues: Queues) -> None:
    with closing(queues.consumer()) as consumer:
        consumer.run_once()

    assert told() == ("connected", "")


def test_a_broker_that_cannot_be_reached_is_told_with_the_reason() -> None:
    nowhere = Subscriber(urls=[NOWHERE], prefetch=1, name="test")
    consumer = Consumer(subscriber=nowhere, batch=1, max_attempts=1)

    with pytest.raises(BrokerUnavailable):
        consumer.connect()

    state, reason = told()
    assert state == "unreachable"
    assert "refused" in reason


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_a_database_that_takes_no_batch_is_told_until_it_does(queues: Queues) -> None:
    queues.publish(body_of(an_order()))
    with closing(queues.consumer()) as consumer:
        with renamed("sales_ledger"):
            eventually(lambda: not (consumer.run_once() or consumer.healthy))
            state, reason = told()
            assert state == "failing"
            assert "sales_ledger" in reason
        settle(consumer, 1)

    assert told() == ("connected", "")


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_a_status_that_cannot_be_written_keeps_no_event_back(queues: Queues) -> None:
    queues.publish(body_of(an_order()))
    with renamed("consumer_status"):
        queues.consume(1)

    assert ProcessedEvent.objects.count() == 1
