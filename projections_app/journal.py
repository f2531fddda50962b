"""Writes down how far a replay is, and passes on what operators want of it."""

import logging
from threading import Event, Thread
from types import TracebackType
from typing import Any, Protocol, Self

from django.db import Error, connections, transaction
from django.db.models import F
from django.utils import timezone

from projections_app.course import Course
from projections_app.errors import ReplayCancelled
from projections_app.models import Replay
from projections_app.replays import DATABASE, Wanted

logger = logging.getLogger(__name__)

BEAT_S = 1.0  # between two looks at the table
POLL_S = 0.1  # while it waits

Outcome = Replay.Outcome


class Display(Protocol):
    """Where somebody watches."""

    def stage(self, title: str) -> None: ...
    def advance(self, events: int) -> None: ...
    def waits(self, by: str) -> None: ...
    def goes_on(self) -> None: ...


class Journal:
    """Watches a replay; its row in `replays` is written once a second.

    A thread with a connection of its own writes it: the replay's statements are long,
    and its connection sees other tables. A table that cannot be written stops nothing.
    The first stage begins the row, for by then the lock of replays is held.
    """

    def __init__(
        self, *, source: str, names: str, by: str, course: Course, display: Display
    ) -> None:
        self.course = course
        self.display = display
        self._row = Replay(source=source, names=names, started_by=by)
        self._notes: dict[str, Any] = {}
        self._wanted: str = Wanted.RUN
        self._asked_by = ""
        self._over = Event()
        self._thread = Thread(target=self._keep, name="journal", daemon=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _: object, error: BaseException | None, __: TracebackType | None
    ) -> None:
        self.note(outcome=outcome_of(error), reason=str(error or ""))
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def note(self, **facts: Any) -> None:
        """Columns of the row, for when it is over."""
        self._notes.update(facts)

    def stage(self, title: str) -> None:
        self.course.stage(title)
        if self._thread.ident is None:
            self._thread.start()
        self.display.stage(title)
        self._heed()

    def advance(self, events: int) -> None:
        self.course.advance(events)
        self.display.advance(events)
        self._heed()

    def _heed(self) -> None:
        """Between two statements: nothing is open, and no one is kept waiting."""
        if self._wanted == Wanted.PAUSE:
            self.course.pause()
            self._row.paused_at = timezone.now()
            self.display.waits(self._asked_by)
            while self._wanted == Wanted.PAUSE and self._thread.is_alive():
                self._over.wait(POLL_S)
            self._row.paused_at = None
            self.course.go_on()
            self.display.goes_on()
        if self._wanted == Wanted.CANCEL:
            raise ReplayCancelled(f"{ReplayCancelled.__doc__} ({self._asked_by})")

    def _keep(self) -> None:
        try:
            while not self._over.wait(BEAT_S if self._row.pk else 0):
                self._try_to_write(self._facts())
            over = {"ended_at": timezone.now(), "left_s": None}
            self._try_to_write({**self._facts(), **over, **self._notes})
        finally:
            connections[DATABASE].close()

    def _facts(self) -> dict[str, Any]:
        course = self.course
        return {
            "stage": course.title,
            "step": course.step,
            "steps": len(course.steps),
            "done": course.done,
            "total": course.current.events,
            "rate": course.rate,
            "left_s": course.left(),
            "paused_at": self._row.paused_at,
            "seen_at": timezone.now(),
        }

    def _try_to_write(self, facts: dict[str, Any]) -> None:
        try:
            if self._row.pk is None:
                self._begin()
            rows = Replay.objects.filter(pk=self._row.pk)
            rows.update(**facts)
            for asked_by, wanted in rows.values_list("asked_by", "wanted"):
                self._asked_by, self._wanted = asked_by, wanted
        except Error:
            logger.warning("the replay's progress is not written", exc_info=True)
            connections[DATABASE].close()
            self._over.wait(BEAT_S)

    def _begin(self) -> None:
        """Whatever had not ended has died: its lock is ours."""
        with transaction.atomic(using=DATABASE):
            Replay.objects.filter(ended_at=None).update(
                ended_at=F("seen_at"), outcome=Outcome.DIED, left_s=None
            )
            self._row.save(force_insert=True)


def outcome_of(error: BaseException | None) -> Replay.Outcome:
    if error is None:
        return Outcome.SWAPPED
    if isinstance(error, ReplayCancelled):
        return Outcome.CANCELLED
    if isinstance(error, KeyboardInterrupt):
        return Outcome.INTERRUPTED
    return Outcome.FAILED
