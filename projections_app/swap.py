"""Puts a generation in the place of the live tables, in one short transaction."""

import logging
import time
from typing import NamedTuple

from django.db import OperationalError, transaction
from django.db.backends.utils import CursorWrapper
from psycopg.errors import LockNotAvailable, QueryCanceled
from psycopg.sql import SQL, Identifier

from messaging.failpoints import fail_point
from projections_app import generations
from projections_app.catch_up import Generation, advance, barrier, catch_up, last_row
from projections_app.errors import ReplayAborted
from projections_app.models import ProjectionState
from projections_app.projector import DATABASE

logger = logging.getLogger(__name__)

LOCK_MS = 60  # readers that come wait no longer for those that are there
ATTEMPTS = 60
PAUSE_S = 1.0  # between two attempts; readers and projector go on meanwhile

STATE = ProjectionState._meta.db_table
RECORD = """
    INSERT INTO {state} AS state (name, generation, swapped_at, previous_cut)
    SELECT name, 2, now(), %s FROM unnest(%s::text[]) AS swapped (name)
    ON CONFLICT (name) DO UPDATE
    SET generation = state.generation + 1, swapped_at = excluded.swapped_at,
        previous_cut = excluded.previous_cut
"""
FORGET = "UPDATE {state} SET previous_cut = NULL WHERE name <> ALL(%s)"


class Swap(NamedTuple):
    """What was swapped, and how many seconds readers and projector had to wait."""

    tables: list[str]
    readers: float
    projector: float
    attempts: int


def swap(cursor: CursorWrapper, generation: Generation) -> Swap:
    """Tries until no reader is in the way; raises ReplayAborted if that never ends."""
    for attempt in range(1, ATTEMPTS + 1):
        catch_up(cursor, generation)
        try:
            readers, projector = _swap(cursor, generation)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled | LockNotAvailable):
                raise
            logger.info("a reader holds the tables, trying again")
            time.sleep(PAUSE_S)
        else:
            return Swap(generation.tables, readers, projector, attempt)
    raise ReplayAborted("a long transaction holds the tables")


def _swap(cursor: CursorWrapper, generation: Generation) -> tuple[float, float]:
    with barrier(cursor):
        paused = time.perf_counter()
        with transaction.atomic(using=DATABASE):
            advance(cursor, generation, last_row(cursor, generation.live))
            fail_point("swap.advanced")
            locked = time.perf_counter()
            _lock(cursor, generation)
            fail_point("swap.locked")
            generations.take_place(
                cursor,
                generation.tables,
                schema=generation.schema,
                live=generation.live,
            )
            fail_point("swap.moved")
            _record(cursor, generation)
            fail_point("swap.recorded")
        done = time.perf_counter()
    fail_point("swap.committed")
    return done - locked, done - paused


def _lock(cursor: CursorWrapper, generation: Generation) -> None:
    cursor.execute(f"SET LOCAL statement_timeout = {LOCK_MS}")
    generations.lock(cursor, generation.tables, schema=generation.live)
    cursor.execute("SET LOCAL statement_timeout = 0")


def _record(cursor: CursorWrapper, generation: Generation) -> None:
    state, names = Identifier(generation.live, STATE), generation.names
    cut = _previous_cut(cursor, generation)
    cursor.execute(SQL(RECORD).format(state=state).as_string(), (cut, names))
    cursor.execute(SQL(FORGET).format(state=state).as_string(), (names,))


def _previous_cut(cursor: CursorWrapper, generation: Generation) -> int:
    """Up to which row of what is now the live ledger the previous tables have it all.

    A ledger made from history is ahead of the one before by what was on its way, here
    and there among its rows; a rollback then has to look at all of them.
    """
    if generation.has_ledger and generation.schema == generations.NEXT:
        return 0
    return last_row(cursor, generation.live)
