"""One moment of the read side, copied into temporary tables of the write database."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from analytics_project.truth import VIEWS, AnyView, DeclaredView
from projections_app import declared
from projections_app.projections import PROJECTIONS

BOOKKEEPING = ("sales_ledger", "processed_events", "dead_letters", "sync_state")
# processed_events may be pruned, the ledger never is.
APPLIED = """
    SELECT event_id FROM processed_events
    UNION ALL
    SELECT DISTINCT event_id FROM sales_ledger AS ledger
    WHERE NOT EXISTS (SELECT FROM processed_events AS processed
                      WHERE processed.event_id = ledger.event_id)
"""
PARKED = """
    SELECT DISTINCT event_id FROM dead_letters
    WHERE event_id IS NOT NULL AND (settled_at IS NULL OR settlement = 'discarded')
"""


class Moment(NamedTuple):
    """Where to ask about both sides, and the watermark that the read side had."""

    write: CursorWrapper
    watermark: datetime | None
    views: Sequence[AnyView]  # whose tables there are


@contextmanager
def moment(on_snapshot: Callable[[], None]) -> Iterator[Moment]:
    """The read side as `found_TABLE`, `applied` and `parked`, beside the write side.

    The read snapshot is the older one: what it has applied, the write side knows.
    `on_snapshot` is called as soon as the read side may go on.
    """
    views = _present()  # before the snapshot
    with transaction.atomic(using="default"):
        with transaction.atomic(using="read"):
            read = _begin("read")
            watermark = _freeze(read, views)
            on_snapshot()
            write = _begin("default")
            write.execute("SELECT 1")  # its snapshot
            _copy_all(read, write, views)
        yield Moment(write, watermark, views)


def _begin(alias: str) -> CursorWrapper:
    cursor = connections[alias].cursor()
    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    cursor.execute("SET LOCAL statement_timeout = 0")
    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    cursor.execute("SET LOCAL work_mem = '128MB'")
    return cursor


def _present() -> Sequence[AnyView]:
    with connections["read"].cursor() as read:
        made = {each.table for each in declared.present(read, PROJECTIONS)}
    return [
        view
        for view in VIEWS
        if not isinstance(view, DeclaredView) or view.table in made
    ]


def _freeze(read: CursorWrapper, views: Sequence[AnyView]) -> datetime | None:
    """Takes the snapshot; returns the watermark in it.

    The tables are locked before, against a replay that swaps them: a new table opened
    in an old snapshot would look half empty.
    """
    tables = [*(view.table for view in views), *BOOKKEEPING]
    read.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS SHARE MODE")
    read.execute("SELECT max(watermark) FROM sync_state")
    watermark: datetime | None = read.fetchone()[0]
    return watermark


def _copy_all(
    read: CursorWrapper, write: CursorWrapper, views: Sequence[AnyView]
) -> None:
    for view in views:
        query = f"SELECT {', '.join(view.columns)} FROM {view.table}"  # noqa: S608
        _copy(read, write, query, f"found_{view.table}", view.columns)
    _copy(read, write, APPLIED, "applied", {"event_id": "uuid"})
    _copy(read, write, PARKED, "parked", {"event_id": "uuid"})


def _copy(
    read: CursorWrapper,
    write: CursorWrapper,
    query: str,
    table: str,
    columns: Mapping[str, str],
) -> None:
    """Pipes rows into a new temporary table; memory does not grow with them."""
    definition = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    write.execute(f"CREATE TEMP TABLE {table} ({definition}) ON COMMIT DROP")
    with (
        read.copy(f"COPY ({query}) TO STDOUT (FORMAT binary)") as source,
        write.copy(f"COPY {table} FROM STDIN (FORMAT binary)") as target,
    ):
        for block in source:
            target.write(block)
    write.execute(f"ANALYZE {table}")
