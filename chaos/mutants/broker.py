"""Faults of the queue itself: no binding, no room."""

from collections.abc import Iterator
from contextlib import contextmanager

import pika

from chaos.system import System

EXCHANGE, QUEUE = "events", "analytics"
POLICY = "full"


def unbind(system: System) -> None:
    """What is published from now on reaches no queue."""
    url = system.servers.rabbitmq.url(system.name)
    connection = pika.BlockingConnection(pika.URLParameters(url))
    connection.channel().queue_unbind(QUEUE, EXCHANGE, "#")
    connection.close()


@contextmanager
def limited(system: System, *, messages: int) -> Iterator[None]:
    """The queue takes so many messages and refuses the others."""
    rules = {"pattern": f"^{QUEUE}$", "definition": {"max-length": messages}}
    path = f"policies/{system.name}/{POLICY}"
    system.servers.rabbitmq.manage("PUT", path, {**rules, "apply-to": "queues"})
    try:
        yield
    finally:
        system.servers.rabbitmq.manage("DELETE", path)
