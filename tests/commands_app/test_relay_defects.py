"""Defects of other systems between outbox and broker: none may come back."""

import threading
from contextlib import closing

import pytest

from commands_app.relay import Relay
from messaging.errors import BrokerUnavailable
from messaging.subscriber import Subscriber
from tests.commands_app.clients import at_once
from tests.commands_app.deaf_link import link_to
from tests.commands_app.test_relay import make_relay, pending, write_events

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])


def all_received(url: str) -> list[str]:
    """Ids of all business events in the queue, repetitions included."""
    found: list[str] = []
    with closing(Subscriber(urls=[url], prefetch=5000, name="test")) as subscriber:
        subscriber.connect()
        while batch := subscriber.receive(limit=1000, wait=0.5):
            found += [d.message_id or "" for d in batch if d.type != "Watermark"]
            subscriber.ack([delivery.tag for delivery in batch])
    return found


def test_an_event_that_was_sent_but_not_confirmed_is_not_taken_for_published(
    broker_url: str,
) -> None:
    with link_to(broker_url) as link, closing(make_relay(link.url)) as relay:
        relay.connect()
        relay.run_once()  # leads, and the first watermark is out
        ids = write_events(3)
        link.deaf = True

        with pytest.raises(BrokerUnavailable):
            relay.run_once()

    assert link.dropped > 0
    assert pending() == 3
    with closing(make_relay(broker_url)) as relay:
        relay.connect()
        assert relay.run_once() == 3
    assert all_received(broker_url) == ids


def test_two_relays_at_once_do_not_publish_everything_twice(broker_url: str) -> None:
    ids = write_events(200)
    relays = [make_relay(broker_url, window=10) for _ in range(2)]
    end = threading.Event()

    def work(number: int) -> None:
        with closing(relays[number]) as relay:
            relay.connect()
            drain(relay, end)

    assert at_once(2, work) == [None, None]
    assert all_received(broker_url) == ids


def drain(relay: Relay, end: threading.Event) -> None:
    """Leader or not, each works until nothing is pending."""
    while not end.is_set():
        relay.run_once()
        if pending() == 0:
            end.set()
