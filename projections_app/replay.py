"""Rebuilds read tables while events go on, and swaps them in; also the way back.

The live tables serve until the swap. Whatever happens before it, a kill included,
leaves them as they are; the next replay removes what was left behind.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from django.db import Error, connections, transaction
from django.db.backends.utils import CursorWrapper

from messaging.failpoints import fail_point
from projections_app import generations
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
    History,
    Watcher,
    from_history,
    from_ledger,
    read_tables,
    remember_events,
)
from projections_app.swap import Swap, swap

# Advisory lock of the session: one replay at a time.
REPLAY_LOCK = 0x7265706C  # "repl"
SESSION = (
    "SET statement_timeout = 0",
    "SET work_mem = '128MB'",
    "SET maintenance_work_mem = '256MB'",
)

# Raises ReplayAborted if the tables on the search path are wrong. The projector waits
# until the function that it is given is called.
Verify = Callable[[Callable[[], None]], None]


def replay(
    *,
    projections: Sequence[Projection] = PROJECTIONS,
    history: History | None = None,
    verify: Verify,
    watcher: Watcher,
) -> Swap:
    """Rebuilds views from the ledger; with `history` the ledger and all from that."""
    with _session() as (cursor, live):
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
            from_history(cursor, generation, history, watcher)
        watcher.stage("catching up with the live ledger")
        catch_up(cursor, generation)
        watcher.stage("verifying against the write side")
        _verify(cursor, generation, verify)
        fail_point("replay.verified")
        watcher.stage("swapping")
        done = swap(cursor, generation)
        if generation.has_ledger:
            remember_events(cursor, live)
        return done


def rollback(*, watcher: Watcher) -> Swap:
    """Undoes the newest swap, but for what was applied since then."""
    with _session() as (cursor, live):
        generation = _previous(cursor, live)
        _refuse_dependents(cursor, generation)
        generations.mirror(cursor, PREVIOUS, read_tables(), live=live)
        generations.enter(cursor, PREVIOUS)
        remember_products(cursor, live, known=False)
        watcher.stage("catching up with the live ledger")
        catch_up(cursor, generation)
        watcher.stage("swapping")
        return swap(cursor, generation)


@contextmanager
def _session() -> Iterator[tuple[CursorWrapper, str]]:
    """A cursor that holds the lock of replays, and the schema of the live tables.

    The connection is closed at the end, so that its settings and locks end with it.
    """
    connection = connections[DATABASE]
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [REPLAY_LOCK])
            if not cursor.fetchone()[0]:
                raise ReplayRunning
            cursor.execute("SELECT current_schema()")
            [live] = cursor.fetchone()
            for statement in SESSION:
                cursor.execute(statement)
            generations.clean_up(cursor)
            generations.create_schemas(cursor)
            fail_point("replay.begun")
            try:
                yield cursor, live
            finally:
                with suppress(Error):
                    generations.clean_up(cursor)
                    # The server notices a closed connection a moment later only.
                    cursor.execute("SELECT pg_advisory_unlock(%s)", [REPLAY_LOCK])
    finally:
        connection.close()


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
