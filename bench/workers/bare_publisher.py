"""pika alone: a SelectConnection that publishes windows of persistent messages."""

from collections.abc import Iterator, Sequence
from typing import Any

import pika
from pika.channel import Channel
from pika.spec import PERSISTENT_DELIVERY_MODE

from messaging import amqp, topology
from messaging.envelope import CONTENT_TYPE, Message


class BarePublisher:
    """Publishes a list, the next window when the last one is confirmed."""

    def __init__(self, url: str) -> None:
        amqp.declare_topology([url], "bench")
        self._windows: Iterator[Sequence[Message]] = iter(())
        self._unconfirmed: set[int] = set()
        self._last = 0  # delivery tag
        self._connection = pika.SelectConnection(
            pika.URLParameters(url), on_open_callback=self._opened
        )
        self._connection.ioloop.start()

    def _opened(self, connection: pika.SelectConnection) -> None:
        connection.channel(on_open_callback=self._prepare)

    def _prepare(self, channel: Channel) -> None:
        self._channel = channel
        stop = self._connection.ioloop.stop
        channel.confirm_delivery(self._on_confirm, callback=lambda _: stop())

    def publish(self, messages: Sequence[Message], window: int) -> None:
        starts = range(0, len(messages), window)
        self._windows = (messages[start : start + window] for start in starts)
        self._publish_window()
        self._connection.ioloop.start()

    def _publish_window(self) -> None:
        messages = next(self._windows, None)
        if messages is None:
            self._connection.ioloop.stop()
            return
        for message in messages:
            self._channel.basic_publish(
                topology.EXCHANGE,
                message.routing_key,
                message.body,
                pika.BasicProperties(  # type: ignore[no-untyped-call]
                    content_type=CONTENT_TYPE,
                    delivery_mode=PERSISTENT_DELIVERY_MODE,
                    message_id=str(message.id),
                    type=message.type,
                ),
                mandatory=True,
            )
            self._last += 1
            self._unconfirmed.add(self._last)

    def _on_confirm(self, frame: Any) -> None:
        tag: int = frame.method.delivery_tag
        if frame.method.multiple:
            self._unconfirmed = {each for each in self._unconfirmed if each > tag}
        else:
            self._unconfirmed.discard(tag)
        if not self._unconfirmed:
            self._publish_window()
