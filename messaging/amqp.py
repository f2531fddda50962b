"""Connections to RabbitMQ: how to reach it, what to declare, how its errors end."""

import ssl
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.adapters.utils.connection_workflow import AMQPConnectorException
from pika.exceptions import AMQPError, ReentrancyError

from messaging import topology
from messaging.errors import BrokerUnavailable
from messaging.failpoints import fail_point

HEARTBEAT_S = 60  # unless the URL asks for another one
# Heartbeats stop while a broker in alarm blocks publishers; only this limit ends it.
BLOCKED_TIMEOUT_S = 10
CONNECT_TIMEOUT_S = 5


class Depth(NamedTuple):
    """What a queue holds: messages that wait, and consumers."""

    messages: int
    consumers: int


@contextmanager
def translated() -> Iterator[None]:
    """Turns whatever pika or the socket raises into BrokerUnavailable."""
    try:
        yield
    except ReentrancyError:
        raise
    except (AMQPError, AMQPConnectorException, OSError) as error:
        reason = str(error) or repr(error)
        raise BrokerUnavailable(f"{type(error).__name__}: {reason}") from error


def parameters(urls: Sequence[str], name: str) -> list[pika.URLParameters]:
    """One set a broker node; `name` is what the management UI shows."""
    found = []
    for url in urls:
        node = reached(url)
        if node.heartbeat is None:
            node.heartbeat = HEARTBEAT_S
        node.blocked_connection_timeout = BLOCKED_TIMEOUT_S
        node.socket_timeout = node.stack_timeout = CONNECT_TIMEOUT_S
        node.client_properties = {"connection_name": name}
        found.append(node)
    return found


def reached(url: str) -> pika.URLParameters:
    """`amqps` proves who the broker is: to the system's authorities, or to `ca_file`.

    Raises BrokerUnavailable if that is no file of certificates.
    """
    parts = urlsplit(url)
    options = parse_qs(parts.query)
    ca_file = options.pop("ca_file", [None])[-1]
    if ca_file is None:
        return pika.URLParameters(url)
    if parts.scheme != "amqps":
        raise BrokerUnavailable("ca_file is for amqps://, this broker is amqp://")
    rest = parts._replace(query=urlencode(options, doseq=True)).geturl()
    node = pika.URLParameters(rest)
    try:
        context = ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise BrokerUnavailable(f"ca_file {ca_file}: {error}") from error
    node.ssl_options = pika.SSLOptions(context)  # the name to prove is the host's
    return node


def connect(urls: Sequence[str], name: str) -> pika.BlockingConnection:
    """Connects to the first node that answers. Raises BrokerUnavailable."""
    nodes = parameters(urls, name)
    with translated():
        try:
            return pika.BlockingConnection(nodes)
        except ValueError as error:  # of pika: it was reset as soon as it was made
            raise BrokerUnavailable(f"reset while connecting: {error}") from error


def declare(channel: BlockingChannel) -> None:
    """Makes exchanges, queues and bindings what `topology` says; repeatable."""
    for exchange in topology.EXCHANGES:
        channel.exchange_declare(exchange.name, exchange.kind, durable=True)
        fail_point("amqp.exchange_declared")
    for queue in topology.QUEUES:
        channel.queue_declare(queue.name, durable=True, arguments=queue.arguments)
        fail_point("amqp.queue_declared")
        channel.queue_bind(queue.name, queue.exchange, queue.pattern)


def declare_topology(urls: Sequence[str], name: str) -> None:
    """Declares over a connection of its own. Raises BrokerUnavailable."""
    with translated():
        connection = connect(urls, name)
        try:
            declare(connection.channel())
        finally:
            if connection.is_open:
                connection.close()


def depths(urls: Sequence[str], name: str) -> dict[str, Depth]:
    """By queue; declares nothing. Raises BrokerUnavailable, also without a queue."""
    with translated(), closing(connect(urls, name)) as connection:
        channel = connection.channel()
        found = {}
        for queue in topology.QUEUES:
            method = channel.queue_declare(queue.name, passive=True).method
            found[queue.name] = Depth(method.message_count, method.consumer_count)
        return found
