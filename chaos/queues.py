"""What stands in the broker's queues, asked from the broker itself."""

import json
import urllib.request
from base64 import b64encode

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


def redelivered(rabbitmq: RabbitMQ, vhost: str, queue: str = EVENTS) -> int:
    """How often the broker has delivered a message again since it was started."""
    address = f"http://127.0.0.1:{rabbitmq.management_port}/api/queues/{vhost}/{queue}"
    login = b64encode(f"{rabbitmq.user}:{rabbitmq.password}".encode()).decode()
    request = urllib.request.Request(
        address, headers={"Authorization": f"Basic {login}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        return int(json.load(answer).get("message_stats", {}).get("redeliver", 0))
