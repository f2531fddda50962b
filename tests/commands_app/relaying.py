"""Relays, outboxes to be emptied, and what has arrived in the queue."""

import json
import time
from collections.abc import Callable
from contextlib import closing
from datetime import datetime

from commands_app.models import OutboxEvent
from commands_app.relay import Relay
from messaging.envelope import decode, encode, new_event_id
from messaging.events import Watermark
from messaging.publisher import Publisher
from messaging.subscriber import Subscriber
from tests.messaging.builders import an_order

DEADLINE_S = 20


def make_relay(url: str, window: int = 500) -> Relay:
    publisher = Publisher(urls=[url], name="test-relay")
    return Relay(publisher=publisher, window=window)


def write_events(count: int, topic: str = "order-events") -> list[str]:
    order = an_order()
    rows = OutboxEvent.objects.bulk_create(
        OutboxEvent(
            event_id=new_event_id(),
            topic=topic,
            event_type=order.event_type,
            version=order.VERSION,
            subject=order.subject,
            payload=json.loads(encode(order)),
        )
        for _ in range(count)
    )
    return [str(row.event_id) for row in rows]


def pending() -> int:
    return OutboxEvent.objects.filter(published_at=None).count()


def received(url: str, wanted: int) -> list[str]:
    """Ids of the business events in the queue, in order, watermarks left out."""
    found: list[str] = []
    with closing(Subscriber(urls=[url], prefetch=5000, name="test")) as subscriber:
        subscriber.connect()
        while len(found) < wanted:
            batch = subscriber.receive(limit=1000, wait=5)
            assert batch, f"only {len(found)} of {wanted} came"
            found += [d.message_id or "" for d in batch if d.type != "Watermark"]
            subscriber.ack([delivery.tag for delivery in batch])
    return found


def watermarks(url: str) -> list[datetime]:
    with closing(Subscriber(urls=[url], prefetch=5000, name="test")) as subscriber:
        subscriber.connect()
        batch = subscriber.receive(limit=1000, wait=5)
    payloads = [decode(delivery.body).payload for delivery in batch]
    return [p.published_up_to for p in payloads if isinstance(p, Watermark)]


def eventually(condition: Callable[[], bool], step: Callable[[], object]) -> None:
    end = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end, "not in time"
        step()
