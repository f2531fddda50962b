"""Batches, acknowledgements and what comes back when they are missing."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from messaging import subscriber as subscriber_module
from messaging import topology
from messaging.errors import BrokerUnavailable
from messaging.publisher import Publisher
from messaging.subscriber import Delivery, Subscriber
from tests.messaging.builders import messages


@pytest.fixture
def subscriber(broker_url: str) -> Iterator[Subscriber]:
    with closing(Subscriber(urls=[broker_url], prefetch=100, name="test")) as found:
        found.connect()
        yield found


def publish(url: str, count: int) -> list[str]:
    window = messages(count)
    with closing(Publisher(urls=[url], name="test")) as publisher:
        publisher.connect()
        publisher.publish(window)
    return [str(message.id) for message in window]


def take(subscriber: Subscriber, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    while len(found) < count:
        batch = subscriber.receive(limit=count - len(found), wait=5)
        assert batch, f"only {len(found)} of {count} came"
        found += batch
    return found


def ids(batch: list[Delivery]) -> list[str | None]:
    return [delivery.message_id for delivery in batch]


def test_a_batch_is_no_larger_than_asked(
    subscriber: Subscriber, broker_url: str
) -> None:
    publish(broker_url, 20)
    take(subscriber, 1)

    assert len(subscriber.receive(limit=5, wait=5)) == 5


def test_what_was_sent_before_a_cancel_can_still_be_received_and_nothing_after(
    subscriber: Subscriber, broker_url: str
) -> None:
    sent = publish(broker_url, 20)
    subscriber.cancel()  # the messages are on their way
    batch = take(subscriber, 20)
    late = publish(broker_url, 1)
    assert subscriber.receive(limit=1, wait=0.1) == []
    subscriber.ack([delivery.tag for delivery in batch])
    subscriber.connect()

    [left] = take(subscriber, 1)

    assert ids(batch) == sent
    assert (left.message_id, left.redelivered) == (late[0], False)


def test_an_empty_queue_gives_an_empty_batch(subscriber: Subscriber) -> None:
    assert subscriber.receive(limit=5, wait=0.05) == []


def test_what_was_acknowledged_never_comes_again(
    subscriber: Subscriber, broker_url: str
) -> None:
    sent = publish(broker_url, 10)
    batch = take(subscriber, 10)
    subscriber.ack([delivery.tag for delivery in batch[:6]])
    subscriber.ack([batch[8].tag])  # out of order: 7, 8 and 10 are still open
    subscriber.connect()

    again = take(subscriber, 3)

    assert ids(again) == [sent[6], sent[7], sent[9]]
    assert all(delivery.redelivered for delivery in again)
    assert subscriber.receive(limit=1, wait=0.1) == []


def test_a_rejected_message_lies_in_the_dead_letter_queue(
    subscriber: Subscriber, broker_url: str
) -> None:
    sent = publish(broker_url, 3)
    batch = take(subscriber, 3)
    subscriber.reject(batch[1].tag)
    subscriber.ack([batch[0].tag, batch[2].tag])

    dead = Subscriber(
        urls=[broker_url], prefetch=10, name="test", queue=topology.DEAD_LETTER_QUEUE
    )
    with closing(dead):
        dead.connect()
        assert ids(take(dead, 1)) == [sent[1]]


def test_only_one_of_two_subscribers_is_active(
    subscriber: Subscriber, broker_url: str
) -> None:
    second = Subscriber(urls=[broker_url], prefetch=100, name="standby")
    with closing(second):
        second.connect()
        sent = publish(broker_url, 4)
        assert ids(take(subscriber, 4)) == sent
        assert second.receive(limit=4, wait=0.1) == []

        subscriber.close()

        assert ids(take(second, 4)) == sent


def test_a_deleted_queue_is_noticed(subscriber: Subscriber, broker_url: str) -> None:
    other = Subscriber(urls=[broker_url], prefetch=1, name="test")
    with closing(other):
        other.connect()
        other._open_channel.queue_delete(topology.QUEUE)

    with pytest.raises(BrokerUnavailable):  # the first call hears of it
        list(iter(lambda: subscriber.receive(limit=1, wait=5), None))


def test_large_messages_make_a_small_batch(
    subscriber: Subscriber, broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriber_module, "MAX_BATCH_BYTES", 5)
    sent = publish(broker_url, 7)  # of two bytes each
    found: list[Delivery] = []
    while len(found) < 7:
        batch = subscriber.receive(limit=100, wait=5)
        assert 1 <= len(batch) <= 3
        found += batch

    assert ids(found) == sent


def test_a_channel_that_the_broker_closed_is_noticed(subscriber: Subscriber) -> None:
    subscriber._open_channel.basic_publish("no-such-exchange", "", b"")

    with pytest.raises(BrokerUnavailable):
        list(iter(lambda: subscriber.receive(limit=1, wait=5), None))
