"""Looks at the replays and tells the one that runs what to do."""

from typing import NamedTuple

from django.db import connections

from projections_app.errors import NoReplay
from projections_app.models import Replay

DATABASE = "read"
# Advisory lock of the session: one replay at a time. Who holds it is alive: the server
# takes it from a process that ends, however that ends.
REPLAY_LOCK = 0x7265706C  # "repl"
LOCKED = """
    SELECT FROM pg_locks
    WHERE locktype = 'advisory' AND granted AND classid = 0 AND objid = %s
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
Wanted = Replay.Wanted


class Look(NamedTuple):
    """A replay, and in a word how it is; `left_s` is None once it is over."""

    replay: Replay
    state: str
    left_s: float | None

    @property
    def is_running(self) -> bool:
        return self.replay.ended_at is None and self.state != Replay.Outcome.DIED


def newest() -> Look | None:
    replay = Replay.objects.order_by("-id").first()
    return look(replay) if replay else None


def look(replay: Replay, *, alive: bool | None = None) -> Look:
    """One that neither ended nor holds the lock has died."""
    if replay.ended_at:
        return Look(replay, replay.outcome, None)
    if not (is_locked() if alive is None else alive):
        return Look(replay, Replay.Outcome.DIED, None)
    return Look(replay, _state(replay), replay.left_s)


def _state(replay: Replay) -> str:
    match replay.wanted, replay.paused_at:
        case Wanted.CANCEL, _:
            return "being cancelled"
        case Wanted.PAUSE, None:
            return "pausing after this step"
        case Wanted.PAUSE, _:
            return "paused"
    return "running"


def ask(wanted: str, *, by: str) -> Replay:
    """Tells the running replay to pause, to go on or to give up; it reads that soon."""
    found = newest()
    if found is None or not found.is_running:
        raise NoReplay
    replay = found.replay
    open_ones = Replay.objects.filter(pk=replay.pk, ended_at=None)
    if not open_ones.exclude(wanted=Wanted.CANCEL).update(wanted=wanted, asked_by=by):
        raise NoReplay("It is ending already.")
    return replay


def is_locked() -> bool:
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(LOCKED, [REPLAY_LOCK])
        return cursor.fetchone() is not None
