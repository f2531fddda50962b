"""Replays as the hallway runs them: of the outbox, verified against the write side."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import NamedTuple

from django.conf import settings

from analytics_project.forecast import NOT_APPLIED
from analytics_project.reconcile import reconcile
from commands_app import archive
from projections_app import replay
from projections_app.course import Step
from projections_app.errors import ReplayAborted
from projections_app.journal import Journal
from projections_app.plan import Source, plan, rollback_steps
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS
from projections_app.swap import Swap
from projections_app.unfinished import Point


class Work(NamedTuple):
    """A replay to run, and what the table `replays` is told of it."""

    source: str
    names: str  # of projections; empty: all
    steps: Sequence[Step]
    run: Callable[[Journal], Swap]


def chosen(names: Iterable[str]) -> Sequence[Projection]:
    """In the order in which they are written; all, if none is named."""
    named = set(names)
    return [each for each in PROJECTIONS if not named or each.name in named]


def events_of(source: str, position: int = -1) -> Source | None:
    if source != "outbox":
        return None
    events = archive.recorded(settings.ARCHIVE_DIR, after=position)
    return Source(events, partial(archive.newest, settings.ARCHIVE_DIR))


def forth(
    projections: Sequence[Projection], source: str, *, left: Point | None = None
) -> Work:
    """`left` is where a replay from the outbox was that died; it is gone on with."""
    everything = partial(archive.after, settings.ARCHIVE_DIR)

    def run(journal: Journal) -> Swap:
        return noted(
            journal,
            replay.replay(
                projections=projections,
                history=everything if source == "outbox" else None,
                verify=partial(verify, journal),
                watcher=journal,
                resume=left is not None,
            ),
        )

    names = [each.name for each in projections]
    told = "" if len(names) == len(PROJECTIONS) else " ".join(names)
    events = events_of(source, left.position if left else -1)
    return Work(source, told, plan(projections=projections, source=events).steps, run)


def back() -> Work:
    def run(journal: Journal) -> Swap:
        return noted(journal, replay.rollback(watcher=journal))

    return Work("rollback", "", rollback_steps(), run)


def noted(journal: Journal, swap: Swap) -> Swap:
    journal.note(readers_ms=swap.readers * 1000, projector_ms=swap.projector * 1000)
    return swap


def verify(journal: Journal, resume: Callable[[], None]) -> None:
    """The rebuilt tables hold what they should, of the events applied so far."""
    report = reconcile(excused=NOT_APPLIED, on_snapshot=resume)
    if not report.differences and report.sums_agree:
        journal.note(rows_verified=sum(each.rows for each in report.comparisons))
        return
    wrong = [
        f"{each.differences} in {each.table} (first: {each.examples[0].key})"
        for each in report.comparisons
        if each.differences
    ]
    raise ReplayAborted(
        f"the rebuilt tables differ from the write side: {', '.join(wrong)}. The live"
        " tables are as they were; --from outbox rebuilds the ledger as well."
    )
