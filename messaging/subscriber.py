"""Receiving in batches: what the socket holds becomes one list of deliveries."""

import time
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

import pika
from pika.adapters.blocking_connection import BlockingChannel
from pika.spec import Basic, BasicProperties

from messaging import amqp, topology
from messaging.errors import BrokerUnavailable
from messaging.failpoints import fail_point

# Of the bodies of one batch: a thousand orders of a thousand lines are no batch.
MAX_BATCH_BYTES = 8 * 1024 * 1024
LULL_S = 0.2  # at most, for what is on its way when all is to end


class Delivery(NamedTuple):
    """One message as the broker handed it over; `tag` settles it on this channel."""

    tag: int
    body: bytes
    message_id: str | None
    type: str | None
    redelivered: bool


class Subscriber:
    """One connection and one channel; not safe to share among threads."""

    def __init__(
        self,
        *,
        urls: Sequence[str],
        prefetch: int,
        name: str,
        queue: str = topology.QUEUE,
    ) -> None:
        self._urls = urls
        self._prefetch = prefetch
        self._name = name
        self._queue = queue
        self._connection: pika.BlockingConnection | None = None
        self._channel: BlockingChannel | None = None
        self._received: deque[Delivery] = deque()
        self._unsettled: dict[int, None] = {}  # in the order of delivery
        self._cancelled = False
        self._consumer = ""  # its tag

    def connect(self) -> None:
        """Declares the topology and starts to consume. Raises BrokerUnavailable.

        Tags of an earlier connection are void: what was not acknowledged on it
        comes again.
        """
        self.close()
        with amqp.translated():
            self._connection = amqp.connect(self._urls, self._name)
            self._channel = self._connection.channel()
            amqp.declare(self._channel)
            self._channel.basic_qos(prefetch_count=self._prefetch)
            self._channel.add_on_cancel_callback(self._on_cancel)
            self._consumer = self._channel.basic_consume(self._queue, self._on_message)
        fail_point("subscriber.consuming")

    def close(self) -> None:
        """Hands what is unsettled back to the broker."""
        connection, self._connection, self._channel = self._connection, None, None
        self._received.clear()
        self._unsettled.clear()
        self._cancelled = False
        if connection is not None and connection.is_open:
            with amqp.translated():
                connection.close()

    def cancel(self) -> None:
        """Asks for no more; what the broker has sent by then can still be received.

        pika's own basic_cancel would hand that back, to be delivered again. So does a
        quorum queue itself with what crosses the cancel on its way to the channel:
        hence the wait for a moment when little is on its way.
        """
        with amqp.translated():
            self._wait_for_a_lull()
            cancel = Basic.Cancel(consumer_tag=self._consumer, nowait=True)  # type: ignore[no-untyped-call]
            self._open_channel._impl._send_method(cancel)  # noqa: SLF001
            # The first answer says that the cancel is done; then the last deliveries
            # stand before the second question.
            for _ in range(2):
                self._open_channel.queue_declare(self._queue, passive=True)

    def _wait_for_a_lull(self) -> None:
        """Nothing is acknowledged meanwhile, so at worst the window fills up."""
        deadline = time.monotonic() + LULL_S
        waiting, before = 1, -1
        while (waiting or len(self._received) > before) and time.monotonic() < deadline:
            before = len(self._received)
            found = self._open_channel.queue_declare(self._queue, passive=True)
            self._process(0)
            waiting = found.method.message_count

    def receive(self, *, limit: int, wait: float) -> list[Delivery]:
        """At most `limit` deliveries, or fewer large ones.

        Waits up to `wait` seconds for the first.
        """
        with amqp.translated():
            if not self._received:
                self._process(wait)
            while len(self._received) < limit:
                before = len(self._received)
                self._process(0)
                if len(self._received) == before:
                    break
        batch = list(islice(self._next(), limit))
        self._unsettled.update((delivery.tag, None) for delivery in batch)
        return batch

    def _next(self) -> Iterator[Delivery]:
        size = 0
        while self._received and size < MAX_BATCH_BYTES:
            size += len(self._received[0].body)
            yield self._received.popleft()

    def ack(self, tags: Collection[int]) -> None:
        """Acknowledges: with one frame where nothing older is left unsettled."""
        if not tags:
            return
        last = max(tags)
        older = islice(self._unsettled, len(tags))
        with amqp.translated():
            if set(older) == set(tags):
                self._open_channel.basic_ack(last, multiple=True)
            else:
                for tag in tags:
                    self._open_channel.basic_ack(tag)
        for tag in tags:
            self._unsettled.pop(tag, None)

    def reject(self, tag: int) -> None:
        """Gives up on a message: the broker moves it to the dead-letter queue."""
        with amqp.translated():
            self._open_channel.basic_reject(tag, requeue=False)
        self._unsettled.pop(tag, None)

    def wait(self, seconds: float) -> None:
        """Waits while the connection is kept alive. Raises BrokerUnavailable."""
        with amqp.translated():
            self._process(seconds)

    @property
    def _open_channel(self) -> BlockingChannel:
        if self._channel is None or self._cancelled or not self._channel.is_open:
            raise BrokerUnavailable("not consuming")
        return self._channel

    def _process(self, seconds: float) -> None:
        if self._connection is None:
            raise BrokerUnavailable("not consuming")
        self._connection.process_data_events(time_limit=seconds)
        # A queue that is gone, a channel that was closed: pika does not raise for it.
        _ = self._open_channel

    def _on_cancel(self, _: object) -> None:
        # The queue is gone or its leader moved: connect again, declare again.
        self._cancelled = True

    def _on_message(
        self,
        _: BlockingChannel,
        method: Basic.Deliver,
        properties: BasicProperties,
        body: bytes,
    ) -> None:
        delivery = Delivery(
            method.delivery_tag,
            body,
            properties.message_id,
            properties.type,
            method.redelivered,
        )
        self._received.append(delivery)
        fail_point("subscriber.message_read")
