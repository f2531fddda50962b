"""What stands in the broker's queues, asked from the broker itself."""

import json
import urllib.request
from base64 import b64encode
from contextlib import suppress

import pika
from pika.exceptions import AMQPError

from chaos.errors import ChaosError, TooLate
from chaos.waiting import eventually
from devstack.rabbitmq import RabbitMQ

EVENTS = "analytics"
DEAD_LETTERS = "analytics.dlq"
COUNTED_S = 10.0  # after which the broker's counters are its last word


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
    """How often a message was marked as delivered again since the broker's start."""
    return _counted(rabbitmq, vhost)["redeliver"]


def handed_out_twice(rabbitmq: RabbitMQ, vhost: str, applied: int) -> int:
    """Deliveries to a client beyond the one of each message that settled it.

    Not what a quorum queue hands out while a cancel is on its way: the broker takes
    that back before any client has seen it, and marks it as delivered again.
    """

    def missing() -> int | None:  # counters arrive a while later
        found = _counted(rabbitmq, vhost)
        return found["deliver"] - found["ack"] if found["ack"] >= applied else None

    eventually(lambda: missing() is not None, "the broker has counted what was applied")
    with suppress(TooLate):
        eventually(lambda: missing() == 0, "and all acknowledgements", COUNTED_S)
    return missing() or 0


def _counted(rabbitmq: RabbitMQ, vhost: str) -> dict[str, int]:
    address = f"http://127.0.0.1:{rabbitmq.management_port}/api/queues/{vhost}/{EVENTS}"
    login = b64encode(f"{rabbitmq.user}:{rabbitmq.password}".encode()).decode()
    request = urllib.request.Request(
        address, headers={"Authorization": f"Basic {login}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
        found = json.load(answer).get("message_stats", {})
    return {name: int(found.get(name, 0)) for name in ("deliver", "ack", "redeliver")}
