"""Publishing with a window of asynchronous confirms, over pika's SelectConnection.

One confirm a message costs a round trip and a disk flush each; a window of hundreds
shares them. A message counts as published when the broker confirmed it and did not
return it as unroutable (`mandatory`): Basic.Return comes before the confirm.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pika
from pika.channel import Channel
from pika.spec import PERSISTENT_DELIVERY_MODE, Basic, BasicProperties
from prometheus_client import Histogram

from messaging import amqp, topology
from messaging.envelope import CONTENT_TYPE, Message
from messaging.errors import BrokerUnavailable
from messaging.failpoints import fail_point
from messaging.metrics import SECONDS

CONFIRM_TIMEOUT_S = 30.0
OPEN_TIMEOUT_S = 10.0
CLOSE_TIMEOUT_S = 1.0

PUBLISHING = Histogram(
    "analytics_publish_seconds",
    "From a window's first message to its last, handed to the connection.",
    buckets=SECONDS,
)
CONFIRMING = Histogram(
    "analytics_confirm_seconds",
    "From a window's last message to its last confirm.",
    buckets=SECONDS,
)


class Publisher:
    """One connection and one channel; not safe to share among threads."""

    def __init__(self, *, urls: Sequence[str], name: str) -> None:
        self._urls = urls
        self._name = name
        self.on_blocked: Callable[[str], None] = lambda reason: None  # by an alarm
        self._connection: pika.SelectConnection | None = None
        self._channel: Channel | None = None
        self._failure: str | None = None
        self._next_tag = 1
        self._unconfirmed: dict[int, UUID] = {}
        self._confirmed: set[UUID] = set()
        self._returned: set[str | None] = set()

    # --- the connection -----------------------------------------------------------
    def connect(self) -> None:
        """Declares the topology and opens a confirming channel.

        Tries the nodes in turn. Raises BrokerUnavailable.
        """
        self.close()
        amqp.declare_topology(self._urls, f"{self._name} (topology)")
        for node in amqp.parameters(self._urls, self._name):
            self._open(node)
            if self._channel is not None:
                return
            self.close()
        self._fail()

    def _open(self, node: pika.URLParameters) -> None:
        self._failure, self._next_tag = None, 1
        with amqp.translated():
            self._connection = pika.SelectConnection(
                node,
                on_open_callback=self._opened,
                on_open_error_callback=self._lost,
                on_close_callback=self._lost,
            )
        self._run(OPEN_TIMEOUT_S, until=lambda: bool(self._channel or self._failure))

    def _opened(self, connection: pika.SelectConnection) -> None:
        connection.add_on_connection_blocked_callback(
            lambda _, frame: self.on_blocked(frame.method.reason)
        )
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: Channel) -> None:
        channel.add_on_close_callback(self._lost)
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(
            self._on_confirm, callback=lambda _: self._ready(channel)
        )

    def _ready(self, channel: Channel) -> None:
        self._channel = channel
        self._stop_loop()

    def _lost(self, _: object, reason: object) -> None:
        self._failure = str(reason) or repr(reason)
        self._channel = None
        self._stop_loop()

    def close(self) -> None:
        """Forgets the connection and all that was unconfirmed on it."""
        connection, self._channel = self._connection, None
        self._unconfirmed.clear()
        if connection is None:
            return
        if connection.is_open:
            with amqp.translated():
                connection.close()
            self._run(CLOSE_TIMEOUT_S, until=lambda: connection.is_closed)
        connection.ioloop.close()
        self._connection = None

    # --- publishing ---------------------------------------------------------------
    def publish(self, messages: Sequence[Message]) -> set[UUID]:
        """Publishes one window and waits for its confirms.

        Returns the ids that the broker has taken and routed; the rest may be
        published again. Raises BrokerUnavailable when the connection is lost, in
        which case any of them may or may not have arrived.
        """
        self._confirmed, self._returned = set(), set()
        if self._channel is None:
            self._fail()
        with PUBLISHING.time(), amqp.translated():
            for message in messages:
                self._send(message)
                fail_point("publisher.sent")
        fail_point("publisher.window_sent")
        with CONFIRMING.time():
            self._run(
                CONFIRM_TIMEOUT_S,
                until=lambda: not self._unconfirmed or self._failure is not None,
            )
        if self._failure or self._unconfirmed:
            self._fail()
        return {id_ for id_ in self._confirmed if str(id_) not in self._returned}

    def _send(self, message: Message) -> None:
        assert self._channel is not None  # noqa: S101 (publish checked it)
        self._channel.basic_publish(
            topology.EXCHANGE,
            message.routing_key,
            message.body,
            BasicProperties(  # type: ignore[no-untyped-call]
                content_type=CONTENT_TYPE,
                delivery_mode=PERSISTENT_DELIVERY_MODE,
                message_id=str(message.id),
                type=message.type,
            ),
            mandatory=True,
        )
        self._unconfirmed[self._next_tag] = message.id
        self._next_tag += 1

    def _on_return(
        self, _: Channel, __: Basic.Return, properties: BasicProperties, ___: bytes
    ) -> None:
        self._returned.add(properties.message_id)

    def _on_confirm(self, frame: Any) -> None:
        fail_point("publisher.confirm_read")
        answer = frame.method
        last: int = answer.delivery_tag
        first = next(iter(self._unconfirmed), last) if answer.multiple else last
        for tag in range(first, last + 1):
            id_ = self._unconfirmed.pop(tag, None)
            if id_ is not None and isinstance(answer, Basic.Ack):
                self._confirmed.add(id_)
        if not self._unconfirmed:
            self._stop_loop()

    # --- the event loop -----------------------------------------------------------
    def wait(self, seconds: float) -> None:
        """Waits while the connection is kept alive. Raises BrokerUnavailable."""
        if self._channel is None:
            self._fail()
        self._run(seconds, until=lambda: self._failure is not None)
        if self._failure:
            self._fail()

    def _run(self, seconds: float, *, until: Callable[[], bool]) -> None:
        """Runs pika's loop until the condition holds or the time is over."""
        assert self._connection is not None  # noqa: S101 (the callers checked it)
        loop = self._connection.ioloop
        end = time.monotonic() + seconds
        timer = loop.call_later(seconds, loop.stop)
        with amqp.translated():
            while not until() and time.monotonic() < end:
                loop.start()
        loop.remove_timeout(timer)

    def _stop_loop(self) -> None:
        if self._connection is not None:
            self._connection.ioloop.stop()

    def _fail(self) -> None:
        raise BrokerUnavailable(self._failure or "no answer from the broker in time")
