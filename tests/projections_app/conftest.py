"""A broker's queues to publish into, consume from and look at."""

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pika
import pytest
from django.db import connections

from messaging import topology
from messaging.envelope import new_event_id
from messaging.publisher import Message, Publisher
from messaging.subscriber import Subscriber
from projections_app.consumer import Consumer
from projections_app.generations import DROPPED, NEXT, PREVIOUS

MAX_ATTEMPTS = 3
DEADLINE_S = 20


class Queues:
    def __init__(self, url: str) -> None:
        self.url = url
        self.publisher = Publisher(urls=[url], name="test")
        self.publisher.connect()

    def publish(self, *bodies: bytes) -> None:
        messages = [
            Message(new_event_id(), "OrderCreated", "order-events", body)
            for body in bodies
        ]
        assert len(self.publisher.publish(messages)) == len(bodies)

    def subscriber(self, queue: str = topology.QUEUE) -> Subscriber:
        return Subscriber(urls=[self.url], prefetch=100, name="test", queue=queue)

    def consumer(self) -> Consumer:
        """Connected; the caller closes it, which hands back what is unsettled."""
        consumer = Consumer(
            subscriber=self.subscriber(), batch=50, max_attempts=MAX_ATTEMPTS
        )
        consumer.connect()
        return consumer

    def consume(self, count: int) -> None:
        """Settles this many messages and gives the rest back."""
        with closing(self.consumer()) as consumer:
            settle(consumer, count)

    def depth(self, queue: str = topology.QUEUE) -> int:
        """Messages that are ready; what a consumer holds does not count."""
        with closing(pika.BlockingConnection(pika.URLParameters(self.url))) as link:
            declared = link.channel().queue_declare(queue, passive=True)
            return int(declared.method.message_count)

    def dead(self) -> int:
        return self.depth(topology.DEAD_LETTER_QUEUE)


def settle(consumer: Consumer, count: int) -> None:
    done = 0
    for _ in until_deadline():
        done += consumer.run_once()
        if done >= count:
            return
        consumer.wait(0.05)
    raise AssertionError(f"settled {done} of {count} messages in {DEADLINE_S} s")


def eventually(condition: Callable[[], bool]) -> None:
    for _ in until_deadline():
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not come true in time")


def until_deadline() -> Iterator[None]:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        yield


@contextmanager
def renamed(table: str) -> Iterator[None]:
    """The table is away."""
    with connections["read"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        yield
    finally:
        with connections["read"].cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")


@pytest.fixture
def queues(broker_url: str) -> Iterator[Queues]:
    opened = Queues(broker_url)
    yield opened
    opened.publisher.close()


@pytest.fixture
def no_generations() -> Iterator[None]:
    """Takes back the schemas that a replay made."""
    yield
    with connections["read"].cursor() as cursor:
        for schema in (NEXT, PREVIOUS, DROPPED):
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
