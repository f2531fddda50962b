"""Faults of the queue itself: no binding, no room."""

import base64
import json
import urllib.request
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
    manage(system, "PUT", {**rules, "apply-to": "queues"})
    try:
        yield
    finally:
        manage(system, "DELETE", {})


def manage(system: System, method: str, body: dict[str, object]) -> None:
    broker = system.servers.rabbitmq
    address = f"http://127.0.0.1:{broker.management_port}/api/policies"
    login = base64.b64encode(f"{broker.user}:{broker.password}".encode()).decode()
    request = urllib.request.Request(  # noqa: S310 (http to our own broker)
        f"{address}/{system.name}/{POLICY}",
        method=method,
        data=json.dumps(body).encode(),
        headers={"Authorization": f"Basic {login}", "Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310
