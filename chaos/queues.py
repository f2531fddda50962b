"""What stands in the broker's queues, asked from the broker itself."""

import pika
from pika.exceptions import AMQPError

from chaos.errors import ChaosError
from devstack.rabbitmq import RabbitMQ

EVENTS = "analytics"
DEAD_LETTERS = "analytics.dlq"


def ready(url: str, queue: str) -> int:
    """Messages that nobody holds; raises ChaosError where there is no such queue."""
    try:
        connection = pika.BlockingConnection(pika.URLParameters(url))
        try:
            declared = connection.channel().queue_declare(queue, passive=True)
        finally:
            if connection.is_open:
                connection.close()
    except (AMQPError, OSError) as error:
        raise ChaosError(f"queue {queue}: {error!r}") from error
    return int(declared.method.message_count)


def redelivered(rabbitmq: RabbitMQ, vhost: str) -> int:
    """How often a message was marked as delivered again since the broker's start.

    By its counters, which leave out the last second of connections that ended.
    """
    counted = rabbitmq.queue(vhost, EVENTS).get("message_stats", {})
    return int(counted.get("redeliver", 0))
