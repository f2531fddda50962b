"""The broker as an operator meets it: bodies taken and given, queues and policies."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from urllib.parse import quote

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from chaos.queues import EVENTS
from devstack.rabbitmq import RabbitMQ

EXCHANGE = "events"
PREFETCH = 400
WINDOW = 500  # messages a transaction


@contextmanager
def channel(url: str) -> Iterator[BlockingChannel]:
    """A connection of its own, which is gone afterwards."""
    connection = pika.BlockingConnection(pika.URLParameters(url))
    try:
        yield connection.channel()
    finally:
        if connection.is_open:
            connection.close()


def take(url: str, count: int) -> list[bytes]:
    """The first bodies of the queue, watermarks left out; they are gone from it."""
    bodies: list[bytes] = []
    with channel(url) as link:
        link.basic_qos(prefetch_count=PREFETCH)
        for method, properties, body in link.consume(EVENTS, inactivity_timeout=10):
            if method is None or properties is None or body is None:
                break
            link.basic_ack(method.delivery_tag)
            if properties.type != "Watermark":
                bodies.append(body)
            if len(bodies) == count:
                break
    return bodies


def give(url: str, bodies: Sequence[bytes]) -> None:
    """Straight into the broker, each body as one persistent message.

    In transactions: without an answer, a quorum queue may not get all of them.
    """
    persistent = pika.BasicProperties(delivery_mode=2)  # type: ignore[no-untyped-call]
    with channel(url) as link:
        link.tx_select()
        for start in range(0, len(bodies), WINDOW):
            for body in bodies[start : start + WINDOW]:
                link.basic_publish(EXCHANGE, "order-events", body, persistent)
            link.tx_commit()


def consumers(url: str) -> int:
    """How many consume; 0 as well where there is no queue."""
    with channel(url) as link, suppress(ChannelClosedByBroker):
        declared = link.queue_declare(EVENTS, passive=True)
        return int(declared.method.consumer_count)
    return 0


def crash_holding(url: str, count: int) -> int:
    """Is given up to so many messages and leaves without settling them; how many."""
    with channel(url) as link:
        link.basic_qos(prefetch_count=count)
        held = 0
        for method, *_ in link.consume(EVENTS, inactivity_timeout=0.2):
            held += method is not None
            if method is None or held == count:
                break
    return held


def limit_deliveries(broker: RabbitMQ, vhost: str, limit: int) -> None:
    """By a policy, which counts beside the queue's own argument: the lower one."""
    path = f"policies/{quote(vhost, safe='')}/limit"
    policy = {
        "pattern": "^analytics$",
        "definition": {"delivery-limit": limit},
        "apply-to": "queues",
    }
    broker.manage("PUT", path, policy)
