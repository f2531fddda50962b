"""Looks whether every published event has arrived, and has lost ones sent again."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from django.db import connection, connections
from prometheus_client import Counter, Gauge

from analytics_project.arrivals import absent
from analytics_project.redrive import redrive
from commands_app import published
from commands_app.published import SLICE, Published
from projections_app import progress

logger = logging.getLogger(__name__)

LOOK_AGAIN_S = 2.0  # a batch is taken apart in less
NAMED = 5  # lost events in the log
SESSION = "analytics-auditor"  # by which `status` finds it in the database
MOST_MISSING = 100_000  # events that a round carries along: they are in memory

LAST_ROUND = Gauge(
    "analytics_auditor_last_round_timestamp_seconds", "When a round last ended."
)
LOST = Counter("analytics_auditor_lost_events", "Lost on the way, and published again.")

Value = TypeVar("Value")
Point = TypeVar("Point", int, datetime)


class Delayed(Generic[Value, Point]):
    """A value that was seen before, and holds since a later point was reached."""

    def __init__(self, value: Value) -> None:
        self.value = value
        self._next: tuple[Value, Point] | None = None

    def see(self, value: Value, *, until: Point, reached: Point) -> None:
        if self._next and reached >= self._next[1]:
            self.value, self._next = self._next[0], None
        self._next = self._next or (value, until)


class Auditor:
    """Goes over the outbox in slices, from the last event that is settled.

    An event must have arrived when a watermark has passed it and another one, which
    was published after that was seen, has come through as well: the consumer is done
    with its batch. It is settled when it has arrived and no event with a lower id can
    become visible any more.

    The position is in memory only. Whoever begins looks at all events once, and so
    finds what was lost before; a table could be wrong about a read database that was
    restored from a backup, or replaced by a standby that lacked something.
    """

    def __init__(self, *, seconds: float, pause: Callable[[float], bool]) -> None:
        """`pause` waits so many seconds, and tells whether to stop at once."""
        self._seconds = seconds
        self._pause = pause

    def connect(self) -> None:
        """Begins with the first event: it may be another database that came back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('application_name', %s, false)", [SESSION]
            )
        self._begin()

    def _begin(self) -> None:
        self._now: datetime | None = None
        self._newest: Delayed[int, int] = Delayed(0)  # no lower id can follow
        self._passed: Delayed[datetime | None, datetime] = Delayed(None)
        self._settled = 0
        self._position = 0  # where the next slice begins
        self._missing: set[UUID] = set()  # in the slices of this round
        self._next_round = 0.0

    def close(self) -> None:
        connections.close_all()

    def finish(self) -> None:
        """Nothing is in hand."""

    def wait(self, seconds: float) -> None:
        self._pause(seconds)

    def run_once(self) -> int:
        """Looks at one slice if it is time to; returns how many more it may have."""
        if time.monotonic() < self._next_round:
            return 0
        more = self._look() if self._observe() else 0
        if not more:
            self._next_round = time.monotonic() + self._seconds
            LAST_ROUND.set_to_current_time()
        return more

    def _observe(self) -> bool:
        """Both sides in one question each: whether there is anything to look at."""
        watermark = progress.applied_up_to()
        edge = published.edge()
        if self._now and edge.now < self._now:
            self._begin()  # the clock was set back
        self._now = edge.now
        self._newest.see(edge.last_id, until=edge.running_to, reached=edge.running_from)
        if watermark:
            self._passed.see(watermark, until=edge.now, reached=watermark)
        return self._settled < edge.last_id

    def _look(self) -> int:
        if not self._passed.value:
            return 0
        events = published.published_before(self._passed.value, after=self._position)
        missing = absent([each.event_id for each in events])
        self._missing |= missing
        if not missing and self._settled >= self._position:
            self._settle(events)
        if events:
            self._position = events[-1].id
        if len(events) == SLICE and len(self._missing) < MOST_MISSING:
            return SLICE
        self._end_round()
        return 0

    def _end_round(self) -> None:
        """All that is lost goes again at once: else the lag would be 0 when the first
        of it has come, before the rest is known.

        Then back to what may be settled now. While a long transaction keeps ids from
        being settled, only what is new is looked at.
        """
        missing, self._missing = self._missing, set()
        if missing and not self._pause(LOOK_AGAIN_S) and (lost := absent(missing)):
            self._drive_again(lost)
        if missing or self._newest.value > self._settled:
            self._position = self._settled

    def _drive_again(self, lost: set[UUID]) -> None:
        again = redrive(lost)
        LOST.inc(again.size)
        if again.size:  # another auditor may have been first
            logger.error(
                "%d events were lost on the way and are published again",
                again.size,
                extra={
                    "oldest": str(again.oldest),
                    "events": [str(event_id) for event_id in sorted(lost)[:NAMED]],
                },
            )

    def _settle(self, events: Sequence[Published]) -> None:
        if events:
            newest = min(events[-1].id, self._newest.value)
            self._settled = max(self._settled, newest)
