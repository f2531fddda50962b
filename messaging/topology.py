"""Exchanges and queues as plain data, declared alike by relay and consumer.

Every argument is explicit: RabbitMQ 3.10 and 4.x differ in their defaults.
"""

from dataclasses import dataclass, field
from typing import Literal

EXCHANGE = "events"
DEAD_LETTER_EXCHANGE = "events.dlx"
QUEUE = "analytics"
DEAD_LETTER_QUEUE = "analytics.dlq"

# Consumers count attempts in the read database and park by themselves. RabbitMQ 4
# would otherwise drop to 20 deliveries; 3.10 does not know -1 for "no limit".
DELIVERY_LIMIT = 1_000_000


@dataclass(frozen=True)
class Exchange:
    name: str
    kind: Literal["topic", "fanout"]


@dataclass(frozen=True)
class Queue:
    """A durable quorum queue, bound to one exchange by one pattern."""

    name: str
    exchange: str
    pattern: str
    arguments: dict[str, str | int | bool] = field(default_factory=dict)


EXCHANGES = (
    Exchange(EXCHANGE, "topic"),
    Exchange(DEAD_LETTER_EXCHANGE, "fanout"),
)

# The dead-letter queue stands first: at-least-once dead-lettering needs its target.
QUEUES = (
    Queue(
        DEAD_LETTER_QUEUE,
        exchange=DEAD_LETTER_EXCHANGE,
        pattern="",
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-overflow": "reject-publish",
        },
    ),
    Queue(
        QUEUE,
        exchange=EXCHANGE,
        pattern="#",
        arguments={
            "x-queue-type": "quorum",
            "x-delivery-limit": DELIVERY_LIMIT,
            "x-overflow": "reject-publish",
            "x-dead-letter-exchange": DEAD_LETTER_EXCHANGE,
            "x-dead-letter-strategy": "at-least-once",
            # One consumer at a time, the others stand by: messages stay in their
            # order, so that a watermark never overtakes the events before it.
            "x-single-active-consumer": True,
        },
    ),
)
