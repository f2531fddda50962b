"""From the queue into the read tables: receive, apply, commit, then acknowledge."""

import logging
import time
from collections.abc import Sequence
from itertools import groupby

from django.db import connections
from prometheus_client import Counter, Histogram

from messaging.daemon import back_off
from messaging.errors import BrokerUnavailable
from messaging.failpoints import fail_point
from messaging.metrics import MESSAGES, SECONDS
from messaging.status import State, Status
from messaging.subscriber import Delivery, Subscriber
from projections_app import consumer_status, dead_letters, projector, redelivery
from projections_app.dead_letters import Poison
from projections_app.errors import KilledProcess, Transient, transient_errors
from projections_app.redelivery import Verdict

logger = logging.getLogger(__name__)

FINISH_S = 2.0  # at most, for the batches in hand when the process is to end

BATCH = Histogram(
    "analytics_consumer_batch_messages", "Settled in one pass.", buckets=MESSAGES
)
APPLYING = Histogram(
    "analytics_consumer_apply_seconds",
    "That the read database took for a batch, commit included.",
    buckets=SECONDS,
)
APPLIED = Counter("analytics_consumer_applied_messages", "Applied, watermarks too.")
PARKED = Counter("analytics_consumer_parked_messages", "Written to dead_letters.")
FAILURES = Counter(
    "analytics_consumer_database_failures", "Batches that are kept and tried again."
)


class Consumer:
    """Holds the deliveries of one batch until each of them is settled."""

    def __init__(
        self, *, subscriber: Subscriber, batch: int, max_attempts: int
    ) -> None:
        self._subscriber = subscriber
        self._batch = batch
        self._max_attempts = max_attempts
        self._status = Status(consumer_status.tell)
        self._failures = 0
        self._connections = 0  # so far
        self._held: dict[int, Delivery] = {}  # by tag, like the two below
        self._verdicts: dict[int, Verdict] = {}
        self._counted: dict[int, int] = {}  # deliveries of the message so far

    @property
    def healthy(self) -> bool:
        """False from a failure of the read database to the next success."""
        return self._failures == 0

    def connect(self) -> None:
        self._forget()
        try:
            self._subscriber.connect()
        except BrokerUnavailable as error:
            self._status.tell(State.UNREACHABLE, str(error))
            raise
        self._connections += 1

    def close(self) -> None:
        self._forget()
        self._subscriber.close()

    def wait(self, seconds: float) -> None:
        self._subscriber.wait(seconds)

    def finish(self) -> None:
        """Applies what the broker has sent already: nothing is handed back."""
        self._subscriber.cancel()
        deadline = time.monotonic() + FINISH_S
        while self.run_once() and time.monotonic() < deadline:
            pass

    def run_once(self) -> int:
        """Settles what the socket holds; how many messages that was.

        While the read database cannot take them, the deliveries are kept and 0 is
        returned after a pause. Raises BrokerUnavailable; then all come again.
        """
        if not self._held:
            batch = self._subscriber.receive(limit=self._batch, wait=0)
            self._held = {delivery.tag: delivery for delivery in batch}
        count = len(self._held)
        try:
            with transient_errors():
                self._work()
        except Transient as error:
            self._pause(error)
            return 0
        self._failures = 0
        self._status.tell(State.CONNECTED)
        self._forget()
        if count:
            BATCH.observe(count)
        return count

    # --- one batch ----------------------------------------------------------------
    def _work(self) -> None:
        held = list(self._held.values())
        self._verdicts = self._verdicts or redelivery.judge(
            held, survived=self._connections > 1
        )
        for verdict, run in groupby(held, lambda each: self._verdicts[each.tag]):
            fail_point("consumer.judged")
            match verdict:
                case Verdict.TOGETHER:
                    self._apply(list(run))
                case Verdict.ALONE:
                    for delivery in run:
                        self._apply_alone(delivery)
                case Verdict.APPLIED:
                    self._ack(list(run))
                case Verdict.PARKED:
                    self._reject(list(run))

    def _apply(self, deliveries: Sequence[Delivery]) -> None:
        began = time.perf_counter()
        failures = projector.apply([each.body for each in deliveries])
        APPLYING.observe(time.perf_counter() - began)
        fail_point("consumer.applied")
        poison = {deliveries[each.position].tag: each.error for each in failures}
        self._park([(e, poison[e.tag]) for e in deliveries if e.tag in poison])
        self._ack([each for each in deliveries if each.tag not in poison])
        fail_point("consumer.acked")
        APPLIED.inc(len(deliveries) - len(poison))

    def _apply_alone(self, delivery: Delivery) -> None:
        """Counts the delivery, then tries it; a retry in place is not counted."""
        if delivery.tag not in self._counted:
            self._counted[delivery.tag] = redelivery.count(delivery)
            fail_point("consumer.counted")
        tries = self._counted[delivery.tag] - 1
        if tries < self._max_attempts:
            self._apply([delivery])
        else:
            error = KilledProcess(f"it ended the process {tries} times")
            self._park([(delivery, error)])

    # --- settling: only after the commit ------------------------------------------
    def _park(self, poison: Sequence[tuple[Delivery, Exception]]) -> None:
        if not poison:
            return
        reasons = dead_letters.park_all(
            [
                Poison(delivery.body, error, delivery.type or "", self._tries(delivery))
                for delivery, error in poison
            ]
        )
        PARKED.inc(len(poison))
        fail_point("consumer.parked")
        for (delivery, _), reason in zip(poison, reasons, strict=True):
            # No more of the reason: it may tell what is in the event.
            told = {"event_ids": [delivery.message_id], "error": reason.split(":")[0]}
            logger.warning("parked", extra=told)
        self._reject([delivery for delivery, _ in poison])

    def _tries(self, delivery: Delivery) -> int:
        return max(1, self._counted.get(delivery.tag, 2) - 1)

    def _reject(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self._subscriber.reject(delivery.tag)
            del self._held[delivery.tag]

    def _ack(self, deliveries: Sequence[Delivery]) -> None:
        self._subscriber.ack([each.tag for each in deliveries])
        for delivery in deliveries:
            del self._held[delivery.tag]

    def _forget(self) -> None:
        self._held, self._verdicts, self._counted = {}, {}, {}

    def _pause(self, error: Transient) -> None:
        """Waits longer each time, with jitter; the deliveries stay in hand."""
        pause = back_off(self._failures)
        self._failures += 1
        FAILURES.inc()
        logger.warning("the read database cannot take a batch: %s", error)
        connections[projector.DATABASE].close_if_unusable_or_obsolete()
        self._status.tell(State.FAILING, str(error))
        self._subscriber.wait(pause)
