"""The relay: publishes what the outbox holds, marks what the broker has taken."""

import logging
import time
from datetime import datetime
from functools import partial

from django.conf import settings
from django.db import connection
from prometheus_client import Counter, Gauge, Histogram

from commands_app import outbox, relay_status
from commands_app.outbox import Pending
from commands_app.relay_status import LEADER_LOCK
from messaging import tracing
from messaging.envelope import Envelope, Message, encode, new_event_id, raw
from messaging.errors import BrokerUnavailable
from messaging.events import Watermark
from messaging.failpoints import fail_point
from messaging.metrics import MESSAGES
from messaging.publisher import Publisher
from messaging.status import State, Status

logger = logging.getLogger(__name__)
work = logging.getLogger("work.publish")

WATERMARK_INTERVAL_S = 1.0
NAMED = 10  # events of a window in the log

LEADING = Gauge("analytics_relay_leading", "1 while this relay publishes, else 0.")
WINDOW = Histogram(
    "analytics_relay_window_events", "Events published at once.", buckets=MESSAGES
)
PUBLISHED = Counter("analytics_relay_published_events", "Published and marked so.")
REFUSED = Counter(
    "analytics_relay_refused_events", "Returned or refused: they stay unpublished."
)


class Relay:
    """Publishes windows of events; nothing is marked before it is confirmed.

    A crash between confirm and mark publishes the window again: consumers apply an
    event once. No transaction is open while the broker is asked.
    """

    def __init__(self, *, publisher: Publisher, window: int) -> None:
        self._publisher = publisher
        self._status = Status(relay_status.tell)
        publisher.on_blocked = partial(self._status.tell, State.BLOCKED)
        self._window = window
        self._leading = False
        self._next_watermark = 0.0
        self._caught_up: datetime | None = None  # nothing was pending then

    def connect(self) -> None:
        try:
            self._publisher.connect()
        except BrokerUnavailable as error:
            self._status.tell(State.UNREACHABLE, str(error))
            raise
        self._status.forget()
        fail_point("relay.connected")

    def close(self) -> None:
        """Gives up leadership and both connections."""
        self._leading = False
        LEADING.set(0)
        connection.close()
        self._publisher.close()

    def finish(self) -> None:
        """Nothing is in hand: a pass ends with its confirms."""

    def wait(self, seconds: float) -> None:
        self._publisher.wait(seconds)

    def run_once(self) -> int:
        """Publishes one window and returns how many events it marked."""
        if not (self._leading or self._take_the_lead()):
            return 0
        fail_point("relay.leading")
        pending = outbox.pending(self._window)
        fail_point("relay.read")
        self._tell_when_a_backlog_begins(pending)
        marked = self._publish(pending.messages)
        if time.monotonic() >= self._next_watermark:
            fail_point("relay.watermark_due")
            self._publish_watermark(pending.watermark)
            fail_point("relay.watermark_confirmed")
        return marked

    def _take_the_lead(self) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
            self._leading = cursor.fetchone()[0]
        LEADING.set(self._leading)
        if self._leading:
            logger.info("leading: this relay publishes")
        return self._leading

    def _tell_when_a_backlog_begins(self, pending: Pending) -> None:
        """The lag counts from the last watermark until the backlog is done: that one is
        a second old, and as much older as it took to look at rows not yet committed.
        """
        if not pending.messages:
            self._caught_up = pending.watermark
        elif self._caught_up and len(pending.messages) == self._window:
            self._publish_watermark(self._caught_up)
            self._caught_up = None

    def _publish(self, messages: list[Message]) -> int:
        if not messages:
            return 0
        WINDOW.observe(len(messages))
        began = time.time_ns()
        taken = self._publisher.publish(messages)
        fail_point("relay.confirmed")
        marked = outbox.mark_published(taken) if taken else 0
        fail_point("relay.marked")
        PUBLISHED.inc(marked)
        if taken:
            self._tell([each for each in messages if each.id in taken], began)
        if len(taken) < len(messages):
            self._mend(refused=len(messages) - len(taken))
        return marked

    def _tell(self, published: list[Message], began: int) -> None:
        """`began` in ns."""
        told = {
            "events": len(published),
            "event_ids": [str(each.id) for each in published[:NAMED]],
            "ms": (time.time_ns() - began) // 1_000_000,
        }
        work.info("published", extra=told)
        done = (tracing.Done(each.id, each.type, each.trace) for each in published)
        tracing.record("publish", began, done)

    def _mend(self, *, refused: int) -> None:
        """Declares queues and bindings again: without them nothing can be routed."""
        REFUSED.inc(refused)
        logger.error(
            "%d events were returned or refused by the broker and stay unpublished",
            refused,
        )
        self._publisher.connect()

    def _publish_watermark(self, published_up_to: datetime) -> None:
        """At least once a second; so what becomes of it tells how the broker is."""
        self._next_watermark = time.monotonic() + WATERMARK_INTERVAL_S
        watermark = Watermark(published_up_to=published_up_to)
        envelope = Envelope(
            specversion="1.0",
            id=new_event_id(),
            source=settings.EVENT_SOURCE,
            type="Watermark",
            time=watermark.published_up_to,
            dataversion=watermark.VERSION,
            data=raw(watermark),
        )
        taken = self._publisher.publish(
            [Message(envelope.id, envelope.type, watermark.TOPIC, encode(envelope))]
        )
        if taken:
            self._status.tell(State.CONNECTED)
        else:
            self._status.tell(State.REFUSED, "a queue or its binding is gone, or full")
