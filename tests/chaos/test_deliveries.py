"""Messages are counted on the wire, between a real broker and real clients."""

from contextlib import closing

import pytest
from pika.frame import Body, Header, Method
from pika.spec import Basic, BasicProperties

from chaos.proxy import Deliveries, Proxy
from messaging.publisher import Publisher
from messaging.subscriber import Subscriber
from tests.messaging.builders import messages

MANY = 300  # more than one read of the proxy takes


def content(method: Basic.Deliver | Basic.Return) -> bytes:
    """As a broker sends it: what it is, its properties, its body."""
    named = BasicProperties(message_id="it")
    frames = (Method(1, method), Header(1, 2, named), Body(1, b"{}"))
    return b"".join(frame.marshal() for frame in frames)


ANSWERED = content(
    Basic.Deliver("me", 1, redelivered=True, exchange="events", routing_key="x")
) + content(Basic.Return(312, "NO_ROUTE", "events", "nowhere"))


def take(url: str, count: int, *, acknowledge: int) -> None:
    with closing(Subscriber(urls=[url], prefetch=MANY, name="test")) as subscriber:
        subscriber.connect()
        tags: list[int] = []
        while len(tags) < count:
            batch = subscriber.receive(limit=count - len(tags), wait=5)
            assert batch, f"only {len(tags)} of {count} came"
            tags += [delivery.tag for delivery in batch]
        subscriber.ack(tags[:acknowledge])


def test_a_message_that_was_handed_back_counts_twice(broker_url: str) -> None:
    window = messages(MANY)
    deliveries = Deliveries()
    with Proxy.to(broker_url, tap=deliveries) as proxy:
        url = proxy.lead(broker_url)
        with closing(Publisher(urls=[url], name="test")) as publisher:
            publisher.connect()
            publisher.publish(window)
        assert not deliveries.times, "a publisher is handed nothing"
        take(url, MANY, acknowledge=MANY - 1)
        assert set(deliveries.times.values()) == {1}
        take(url, 1, acknowledge=1)
    assert deliveries.times.keys() == {str(message.id) for message in window}
    assert deliveries.times.most_common(2)[0] == (str(window[-1].id), 2)
    assert deliveries.times.total() == MANY + 1
    assert deliveries.again == 1
    assert deliveries.marked == 1


@pytest.mark.parametrize("size", [1, 7, 65536])
def test_frames_are_read_whatever_pieces_they_come_in(size: int) -> None:
    deliveries = Deliveries()
    read = deliveries()
    for begin in range(0, len(ANSWERED), size):
        read(ANSWERED[begin : begin + size])
    assert deliveries.times == {"it": 1}, "one delivery; what was returned is none"
    assert deliveries.marked == 1
