"""AMQP over TLS: the broker is who it says, or there is no connection."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from messaging.envelope import new_event_id
from messaging.errors import BrokerUnavailable
from messaging.publisher import Message, Publisher
from messaging.subscriber import Subscriber
from tests.conftest import Broker
from tests.messaging.builders import an_order, body_of
from tests.tls import NAME, Authority, Terminator, authority, terminating

__all__ = ["authority"]  # a fixture


@pytest.fixture(scope="module")
def terminator(authority: Authority) -> Iterator[Terminator]:
    yield from terminating(authority, urlsplit(os.environ["BROKER_URL"]))


def encrypted(url: str, terminator: Terminator, ca: Path | None, host: str) -> str:
    parts = urlsplit(url)
    place = f"{parts.username}:{parts.password}@{host}:{terminator.port}"
    return f"amqps://{place}{parts.path}{f'?ca_file={ca}' if ca else ''}"


def connected(url: str) -> None:
    with closing(Subscriber(urls=[url], prefetch=1, name="test")) as subscriber:
        subscriber.connect()


def test_messages_go_through_tls(
    broker: Broker, authority: Authority, terminator: Terminator
) -> None:
    url = encrypted(broker.url, terminator, authority.ca, NAME)
    before = terminator.sessions
    with (
        closing(Publisher(urls=[url], name="test")) as publisher,
        closing(Subscriber(urls=[url], prefetch=9, name="test")) as subscriber,
    ):
        publisher.connect()
        subscriber.connect()
        event = an_order()
        message = Message(new_event_id(), event.event_type, event.TOPIC, body_of(event))
        assert publisher.publish([message])
        [delivery] = subscriber.receive(limit=9, wait=5)
        subscriber.ack([delivery.tag])

    assert delivery.body == message.body
    assert terminator.sessions > before


@pytest.mark.parametrize("wrong", ["CA", "host", "none"])
def test_a_broker_that_cannot_prove_who_it_is_is_refused(
    broker: Broker, authority: Authority, terminator: Terminator, wrong: str
) -> None:
    ca = {"CA": authority.other, "none": None}.get(wrong, authority.ca)
    host = "127.0.0.1" if wrong == "host" else NAME

    with pytest.raises(BrokerUnavailable, match="certificate"):
        connected(encrypted(broker.url, terminator, ca, host))


def test_a_broker_that_speaks_no_tls_is_refused(
    broker: Broker, authority: Authority
) -> None:
    url = broker.url.replace("amqp:", "amqps:") + f"?ca_file={authority.ca}"

    with pytest.raises(BrokerUnavailable):
        connected(url)


def test_a_ca_without_tls_and_a_ca_that_is_not_there_are_refused(
    tmp_path: Path,
) -> None:
    for url in "amqp://a:b@h/?ca_file=/ca.pem", f"amqps://a:b@h/?ca_file={tmp_path}/no":
        with pytest.raises(BrokerUnavailable, match="ca_file"):
            connected(url)
