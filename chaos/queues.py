"""What stands in the broker's queues, asked from the broker itself."""

import pika
from pika.exceptions import AMQPError

from chaos.errors import ChaosError

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
