"""Nothing is marked before the broker has it, nothing is left out, one relay leads."""

import threading
from contextlib import closing, suppress

import pika
import pytest

from commands_app import outbox
from commands_app.models import OutboxEvent
from commands_app.relay import Relay
from messaging import topology
from messaging.envelope import decode
from messaging.errors import BrokerUnavailable
from messaging.subscriber import Subscriber
from tests.commands_app.relaying import (
    DEADLINE_S,
    eventually,
    make_relay,
    pending,
    received,
    write_events,
)
from tests.conftest import Broker
from tests.messaging.builders import an_order

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])


def test_events_are_published_in_order_and_marked(
    relay: Relay, broker_url: str
) -> None:
    ids = write_events(7)

    assert relay.run_once() == 7
    assert (relay.run_once(), pending()) == (0, 0)
    assert received(broker_url, 7) == ids


def test_the_envelope_carries_what_the_row_says(relay: Relay, broker_url: str) -> None:
    [id_] = write_events(1)
    relay.run_once()

    with closing(Subscriber(urls=[broker_url], prefetch=9, name="t")) as subscriber:
        subscriber.connect()
        delivery = subscriber.receive(limit=1, wait=5)[0]
    received = decode(delivery.body)
    row = OutboxEvent.objects.get(event_id=id_)
    assert received.payload == an_order()
    assert str(received.envelope.id) == id_ == delivery.message_id
    assert received.envelope.time == row.created_at
    assert received.envelope.subject == "order/1"


def test_a_window_is_no_larger_than_told(broker_url: str) -> None:
    write_events(25)
    with closing(make_relay(broker_url, window=10)) as relay:
        relay.connect()

        assert [relay.run_once() for _ in range(4)] == [10, 10, 5, 0]


def test_an_unroutable_event_is_not_marked_and_is_published_once_it_can_be(
    relay: Relay, broker_url: str
) -> None:
    relay.run_once()  # leads, and the first watermark is out
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        other.channel().queue_delete(topology.QUEUE)
    ids = write_events(3)

    assert relay.run_once() == 0
    assert pending() == 3
    assert relay.run_once() == 3  # the queue was declared again
    assert received(broker_url, 3) == ids


def test_exactly_those_that_were_routed_are_marked(
    relay: Relay, broker_url: str
) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        channel = other.channel()
        channel.queue_bind(topology.QUEUE, topology.EXCHANGE, "product-events")
        channel.queue_unbind(topology.QUEUE, topology.EXCHANGE, "#")
    lost, kept = write_events(3), write_events(2, topic="product-events")

    assert relay._publish(outbox.pending(10).messages) == 2
    unpublished = OutboxEvent.objects.filter(published_at=None)
    assert {str(row.event_id) for row in unpublished} == set(lost)
    assert relay.run_once() == 3  # the binding was declared again
    assert received(broker_url, 5) == kept + lost


def test_events_survive_a_broker_that_goes_away(relay: Relay, broker: Broker) -> None:
    relay.run_once()
    broker.call("DELETE", f"vhosts/{broker.vhost}")
    ids = write_events(5)
    with suppress(BrokerUnavailable):
        relay.run_once()
    assert pending() == 5

    broker.call("PUT", f"vhosts/{broker.vhost}")
    relay.close()
    relay.connect()
    eventually(lambda: pending() == 0, relay.run_once)

    assert received(broker.url, 5) == ids


def test_only_one_of_two_relays_publishes_and_the_other_takes_over(
    relay: Relay, broker_url: str
) -> None:
    results: list[int] = []
    ready, end = threading.Barrier(2), threading.Barrier(2)

    def second_relay() -> None:
        with closing(make_relay(broker_url)) as other:
            other.connect()
            results.append(other.run_once())
            ready.wait(DEADLINE_S)
            end.wait(DEADLINE_S)
            eventually(lambda: pending() == 0, other.run_once)
            results.append(1)

    relay.run_once()
    write_events(3)
    thread = threading.Thread(target=second_relay)
    thread.start()
    ready.wait(DEADLINE_S)
    assert (results, pending()) == ([0], 3)

    relay.close()  # the leader goes without having published
    end.wait(DEADLINE_S)
    thread.join(DEADLINE_S)

    assert (results, pending()) == ([0, 1], 0)
