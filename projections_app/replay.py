"""Rebuilds read tables while events go on, and swaps them in; also the way back.

The live tables serve until the swap. Whatever happens before it, a kill included,
leaves them as they are; the next replay removes what was left behind.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import NamedTuple

from django.db import (
    Error,
    InterfaceError,
    OperationalError,
    connections,
    transaction,
)
from django.db.backends.utils import CursorWrapper

from messaging.failpoints import fail_point
from projections_app import course, declared, generations, unfinished
from projections_app.catch_up import (
    LEDGER,
    Generation,
    advance,
    barrier,
    catch_up,
    last_row,
    remember_products,
)
from projections_app.errors import ReplayAborted, ReplayRunning
from projections_app.generations import NEXT, PREVIOUS
from projections_app.models import ProjectionState
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS
from projections_app.projector import DATABASE
from projections_app.rebuild import (
    FROM_HISTORY,
    History,
    Watcher,
    from_history,
    from_ledger,
    read_tables,
    remember_events,
)
from projections_app.replays import REPLAY_LOCK
from projections_app.swap import Swap, swap
from projections_app.unfinished import Point

SESSION = (
    "SET statement_timeout = 0",
    "SET work_mem = '128MB'",
    "SET maintenance_work_mem = '256MB'",
)

# Raises ReplayAborted if the tables on the search path are wrong. The projector waits
# until the function that it is given is called.
Verify = Callable[[Callable[[], None]], None]


class _Session(NamedTuple):
    cursor: CursorWrapper
    live: str  # the schema of the live tables
    left: Point | None  # by a replay that was killed, to go on from


def replay(
    *,
    projections: Sequence[Projection] = PROJECTIONS,
    history: History | None = None,
    verify: Verify,
    watcher: Watcher,
    resume: bool = False,
) -> Swap:
    """Rebuilds views from the ledger; with `history` the ledger and all from that.

    With `resume` it goes on with the ledger that a killed one had begun, if it can.
    """
    with _session(resume=resume and history is not None) as (cursor, live, left):
        declared.create(cursor, projections)
        generation = Generation(
            schema=NEXT,
            live=live,
            projections=projections,
            has_ledger=history is not None,
        )
        _refuse_dependents(cursor, generation)
        if history is None:
            from_ledger(cursor, generation, watcher)
        else:
            from_history(cursor, generation, history, watcher, left=left)
        watcher.stage(course.CATCHING_UP)
        catch_up(cursor, generation)
        watcher.stage(course.VERIFYING)
        _verify(cursor, generation, verify)
        fail_point("replay.verified")
        watcher.stage(course.SWAPPING)
        done = swap(cursor, generation)
        if generation.has_ledger:
            remember_events(cursor, live)
        return done


def rollback(*, watcher: Watcher) -> Swap:
    """Undoes the newest swap, but for what was applied since then."""
    with _session() as (cursor, live, _):
        generation = _previous(cursor, live)
        _refuse_dependents(cursor, generation)
        generations.mirror(cursor, PREVIOUS, read_tables(cursor), live=live)
        generations.enter(cursor, PREVIOUS)
        remember_products(cursor, live, known=False)
        watcher.stage(course.CATCHING_UP)
        catch_up(cursor, generation)
        watcher.stage(course.SWAPPING)
        return swap(cursor, generation)


def left_over() -> Point | None:
    """What `resume` would go on with."""
    with connections[DATABASE].cursor() as cursor:
        return unfinished.find(cursor, FROM_HISTORY, live=_live_schema(cursor))


@contextmanager
def _session(*, resume: bool = False) -> Iterator[_Session]:
    """A cursor that holds the lock of replays.

    The connection is closed at the end, so that its settings and locks end with it. If
    a database fails, all stays as after a kill.
    """
    connection = connections[DATABASE]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [REPLAY_LOCK])
            if not cursor.fetchone()[0]:
                raise ReplayRunning
            for statement in SESSION:
                cursor.execute(statement)
            live, left = _live_schema(cursor), left_over() if resume else None
            generations.clean_up(cursor, keep_next=left is not None)
            generations.create_schemas(cursor)
            fail_point("replay.begun")
            keep_next = False
            try:
                yield _Session(cursor, live, left)
            except (OperationalError, InterfaceError):
                keep_next = True
                raise
            finally:
                with suppress(Error):
                    generations.clean_up(cursor, keep_next=keep_next)
                    # The server notices a closed connection a moment later only.
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [REPLAY_LOCK])
    finally:
        connection.close()


def _live_schema(cursor: CursorWrapper) -> str:
    cursor.execute("SELECT current_schema()")
    [live] = cursor.fetchone()
    return str(live)


def _verify(cursor: CursorWrapper, generation: Generation, verify: Verify) -> None:
    """Compares at a moment at which the generation has all that the live tables have.

    The projector waits for the last rows and for the snapshot, not for the comparison.
    """
    with ExitStack() as pause:
        pause.enter_context(barrier(cursor))
        until = last_row(cursor, generation.live)
        with transaction.atomic(using=DATABASE):
            advance(cursor, generation, until)
        generation.cut = until
        fail_point("replay.verifying")
        verify(pause.close)


def _refuse_dependents(cursor: CursorWrapper, generation: Generation) -> None:
    tables, live = generation.tables, generation.live
    if found := generations.dependents(cursor, tables, live=live):
        raise ReplayAborted(f"views would keep the old tables: {', '.join(found)}")


def _previous(cursor: CursorWrapper, live: str) -> Generation:
    cuts = dict(
        ProjectionState.objects.exclude(previous_cut=None).values_list(
            "name", "previous_cut"
        )
    )
    if not cuts:
        raise ReplayAborted("there is no previous generation")
    generation = Generation(
        schema=PREVIOUS,
        live=live,
        projections=[each for each in PROJECTIONS if each.name in cuts],
        has_ledger=LEDGER in cuts,
        cut=min(cut for cut in cuts.values() if cut is not None),
    )
    for table in generation.tables:
        was = generations.columns(cursor, PREVIOUS, table)
        if was != generations.columns(cursor, live, table):
            raise ReplayAborted(f"the previous {table} is gone or has other columns")
    return generation
