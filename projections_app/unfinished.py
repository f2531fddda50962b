"""Where a replay from the outbox was, if it was killed: kept with what it had built.

The ledger is what takes long; it is gone on with. The views are rolled up again.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

from projections_app import generations
from projections_app.generations import NEXT

POINT = "resume_point"  # a table of NEXT, with one row
BEGIN = f"CREATE TABLE {POINT} AS SELECT %s::bigint AS cut, 0::bigint AS position"
REACH = f"UPDATE {POINT} SET position = %s"  # noqa: S608
FIND = f"SELECT cut, position FROM {NEXT}.{POINT}"  # noqa: S608


class Point(NamedTuple):
    """All events up to `position` are in; `cut` is the row of the live ledger."""

    cut: int
    position: int


def begin(cursor: CursorWrapper, cut: int) -> Point:
    """Once there is all that a resumed replay needs."""
    cursor.execute(BEGIN, [cut])
    return Point(cut, 0)


def reach(cursor: CursorWrapper, position: int) -> None:
    """After the events were committed: one that is applied again counts once."""
    cursor.execute(REACH, [position])


def find(cursor: CursorWrapper, tables: Sequence[str], *, live: str) -> Point | None:
    """Unless a migration has changed one of the tables since, or a swap moved them."""
    if not generations.columns(cursor, NEXT, POINT):
        return None
    for table in tables:
        built = generations.columns(cursor, NEXT, table)
        if built != generations.columns(cursor, live, table):
            return None
    cursor.execute(FIND)
    return Point(*cursor.fetchone())
