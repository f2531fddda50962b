"""Fills the tables of the next generation: from the ledger, or from all events."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Protocol

from django.apps import apps
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Identifier

from messaging.failpoints import fail_point
from projections_app import declared, generations, projector, unfinished
from projections_app.catch_up import (
    CATALOG,
    LEDGER,
    Generation,
    barrier,
    last_row,
    remember_products,
)
from projections_app.course import APPLYING, rebuilding
from projections_app.errors import ReplayAborted
from projections_app.identity import identify
from projections_app.models import (
    DeadLetter,
    DeliveryAttempt,
    ProcessedEvent,
    SyncState,
)
from projections_app.projections import PROJECTIONS
from projections_app.projector import Failure
from projections_app.unfinished import Point

# Events after a position, in the order of their positions, and with them.
History = Callable[[int], Iterable[tuple[int, bytes]]]

HISTORY_BATCH = 5_000  # events a transaction
REMEMBER_BATCH = 10_000  # event ids a statement
# What the projector writes beside the tables that are swapped in; thrown away.
BOOKKEEPING = [
    model._meta.db_table for model in (ProcessedEvent, DeliveryAttempt, SyncState)
]
FROM_HISTORY = [LEDGER, CATALOG, *BOOKKEEPING]
REMEMBER = """
    WITH part AS (
        SELECT event_id, event_type FROM processed_events
        WHERE event_id > %s ORDER BY event_id LIMIT %s
    ), added AS (
        INSERT INTO {live} (event_id, event_type) SELECT * FROM part
        ON CONFLICT DO NOTHING
    )
    SELECT event_id FROM part ORDER BY event_id DESC LIMIT 1
"""


class Watcher(Protocol):
    """Who is told how a replay goes."""

    def stage(self, title: str) -> None: ...

    def advance(self, events: int) -> None:
        """So many more events of the stage are done."""
        ...


def from_ledger(
    cursor: CursorWrapper, generation: Generation, watcher: Watcher
) -> None:
    _open(cursor, generation, generation.tables)
    with barrier(cursor):
        generation.cut = last_row(cursor, generation.live)
    _roll_up(cursor, generation, watcher, until=generation.cut)


def from_history(
    cursor: CursorWrapper,
    generation: Generation,
    history: History,
    watcher: Watcher,
    *,
    left: Point | None = None,
) -> None:
    """The projector itself writes the ledger of the generation, from every event.

    `left` is where a killed replay was: its ledger is there, and gone on with.
    """
    if left is None:
        left = _begin(cursor, generation)
    else:
        views = [projection.table for projection in generation.projections]
        generations.discard(cursor, views)
        _open(cursor, generation, views)
    generation.cut = left.cut
    watcher.stage(APPLYING)
    _apply(cursor, history(left.position), watcher)
    for table in FROM_HISTORY:
        generations.vacuum(cursor, table)
    _roll_up(cursor, generation, watcher, until=last_row(cursor, generation.schema))


def _begin(cursor: CursorWrapper, generation: Generation) -> Point:
    _open(cursor, generation, [*generation.tables, *BOOKKEEPING])
    for table in FROM_HISTORY:
        generations.index(cursor, table, live=generation.live)
    # The cut comes first: history then knows all events up to it. One that commits
    # behind the reader's back is in the live ledger after the cut.
    with barrier(cursor):
        cut = last_row(cursor, generation.live)
    remember_products(cursor, generation.live, known=True)
    return unfinished.begin(cursor, cut)


def _apply(
    cursor: CursorWrapper, entries: Iterable[tuple[int, bytes]], watcher: Watcher
) -> None:
    left = iter(entries)
    while batch := list(islice(left, HISTORY_BATCH)):
        bodies = [body for _, body in batch]
        _refuse(projector.apply(bodies, projections=()), bodies)
        fail_point("rebuild.batch_applied")
        unfinished.reach(cursor, batch[-1][0])
        watcher.advance(len(batch))


def _roll_up(
    cursor: CursorWrapper, generation: Generation, watcher: Watcher, *, until: int
) -> None:
    """One statement a view; its indexes are built after it."""
    for projection in generation.projections:
        table = projection.table
        watcher.stage(rebuilding(table))
        cursor.execute(projection.rebuild(table=table, where="id <= %s"), [until])
        fail_point("rebuild.view_filled")
        generations.index(cursor, table, live=generation.live)
        generations.vacuum(cursor, table)


def remember_events(cursor: CursorWrapper, live: str) -> None:
    """Marks the events of the history as processed, now that they are.

    Not before the swap: until then the live tables need them. If this is cut short,
    the ledger's key still keeps them from being counted twice.
    """
    statement = SQL(REMEMBER).format(
        live=Identifier(live, ProcessedEvent._meta.db_table)
    )
    last = "00000000-0000-0000-0000-000000000000"
    while True:
        cursor.execute(statement.as_string(), [last, REMEMBER_BATCH])
        if (row := cursor.fetchone()) is None:
            return
        fail_point("rebuild.remembered")
        [last] = row


def _open(cursor: CursorWrapper, generation: Generation, tables: list[str]) -> None:
    """Creates empty tables, shows the live ones for all others, and goes there."""
    for table in tables:
        generations.create(cursor, table, live=generation.live)
    generations.mirror(
        cursor, generation.schema, read_tables(cursor), live=generation.live
    )
    generations.enter(cursor, generation.schema)
    fail_point("rebuild.opened")


def read_tables(cursor: CursorWrapper) -> set[str]:
    """All tables of the read side that there are."""
    models = apps.get_app_config("projections_app").get_models()
    views = declared.present(cursor, PROJECTIONS)
    return {
        *(model._meta.db_table for model in models),
        *(projection.table for projection in views),
    }


def _refuse(failures: list[Failure], batch: list[bytes]) -> None:
    """What cannot be applied has to be parked already; else ReplayAborted."""
    for failure in failures:
        name = identify(batch[failure.position])
        letters = DeadLetter.objects.filter(fingerprint=name.fingerprint)
        if not letters.exclude(settlement=DeadLetter.Settlement.RETRIED).exists():
            raise ReplayAborted(
                f"event {name.fingerprint} cannot be applied and is not parked:"
                f" {failure.error}"
            ) from failure.error
