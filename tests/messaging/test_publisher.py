"""A message is published when the broker confirmed it and did not return it."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing

import pika
import pytest

from messaging import amqp, topology
from messaging.errors import BrokerUnavailable
from messaging.publisher import Publisher
from messaging.subscriber import Subscriber
from tests.conftest import Broker
from tests.messaging.builders import messages


@pytest.fixture
def publisher(broker_url: str) -> Iterator[Publisher]:
    with closing(Publisher(urls=[broker_url], name="test")) as publisher:
        publisher.connect()
        yield publisher


def received(url: str, count: int) -> list[str | None]:
    subscriber = Subscriber(urls=[url], prefetch=2000, name="test")
    with closing(subscriber):
        subscriber.connect()
        found: list[str | None] = []
        while len(found) < count:
            batch = subscriber.receive(limit=1000, wait=5)
            assert batch, f"only {len(found)} of {count} came"
            found += [delivery.message_id for delivery in batch]
            subscriber.ack([delivery.tag for delivery in batch])
        return found


def test_a_window_is_confirmed_and_arrives_in_its_order(
    publisher: Publisher, broker_url: str
) -> None:
    window = messages(700)

    assert publisher.publish(window) == {message.id for message in window}
    assert received(broker_url, 700) == [str(message.id) for message in window]


def test_an_event_published_before_any_consumer_existed_is_kept(
    publisher: Publisher, broker_url: str
) -> None:
    [message] = messages(1)
    publisher.publish([message])

    assert received(broker_url, 1) == [str(message.id)]


def test_an_unroutable_message_does_not_count_as_published(
    publisher: Publisher, broker_url: str
) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        other.channel().queue_unbind(topology.QUEUE, topology.EXCHANGE, "#")

    assert publisher.publish(messages(3)) == set()


def test_a_message_that_the_queue_refuses_does_not_count_as_published(
    publisher: Publisher, broker: Broker
) -> None:
    policy = {
        "pattern": f"^{topology.QUEUE}$",
        "definition": {"max-length": 1},
        "apply-to": "queues",
    }
    path = f"policies/{broker.vhost}/full"
    broker.call("PUT", path, json.dumps(policy).encode())

    def refused() -> bool:
        return publisher.publish(messages(1)) == set()

    assert any(refused() for _ in range(1000))  # policies take effect a little later


def test_connecting_again_mends_a_missing_binding(
    publisher: Publisher, broker_url: str
) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        other.channel().queue_delete(topology.QUEUE)
    publisher.connect()

    assert len(publisher.publish(messages(2))) == 2


def test_a_lost_exchange_is_an_error_not_a_success(
    publisher: Publisher, broker_url: str
) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        other.channel().exchange_delete(topology.EXCHANGE)

    with pytest.raises(BrokerUnavailable):
        publisher.publish(messages(1))


def test_a_connection_that_the_broker_closed_is_noticed_while_waiting(
    publisher: Publisher, broker: Broker
) -> None:
    broker.call("DELETE", f"vhosts/{broker.vhost}")
    broker.call("PUT", f"vhosts/{broker.vhost}")

    with pytest.raises(BrokerUnavailable):
        publisher.wait(10)


def test_nothing_can_be_published_before_connecting(broker_url: str) -> None:
    with pytest.raises(BrokerUnavailable):
        Publisher(urls=[broker_url], name="test").publish(messages(1))


def test_a_node_that_does_not_answer_is_passed_over(broker_url: str) -> None:
    nowhere = "amqp://guest:guest@127.0.0.1:1/"
    with closing(Publisher(urls=[nowhere, broker_url], name="test")) as publisher:
        publisher.connect()

        assert len(publisher.publish(messages(1))) == 1


def test_a_broker_that_accepts_and_stays_silent_is_one_error_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(amqp, "CONNECT_TIMEOUT_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"amqp://guest:guest@127.0.0.1:{silent.getsockname()[1]}/"

        with pytest.raises(BrokerUnavailable):
            Publisher(urls=[url], name="test").connect()


def test_no_broker_at_all_is_one_error_of_ours() -> None:
    publisher = Publisher(urls=["amqp://guest:guest@127.0.0.1:1/"], name="test")

    with pytest.raises(BrokerUnavailable):
        publisher.connect()
