"""Rows that may go when they are old: deleted a few pages at a time.

The pages are gone through in their order, so that no index by age is needed, and no
statement touches more than some thousand rows.
"""

import time
from datetime import datetime
from typing import LiteralString, NamedTuple

from django.db import connections

from analytics_project.retention.outcome import Outcome
from messaging.failpoints import fail_point
from projections_app.rebuild import Watcher

PAGES = 64  # a statement
REST = 1.0  # the pause after a statement, in times of how long it took
MIN_REST_S = 0.002


class Rows(NamedTuple):
    """Rows of a table that may go, when what `old` compares is before a moment."""

    table: LiteralString
    database: str
    old: LiteralString
    held: LiteralString = "false"  # what stays, however old it is
    reason: str = ""


KEYS = Rows("idempotency_keys", "default", "created_at < %s")
PROCESSED = Rows(
    "processed_events",
    "read",
    "processed_at < %s",
    "event_id IN (SELECT event_id FROM dead_letters"
    " WHERE settled_at IS NULL AND event_id IS NOT NULL)",
    "parked",
)
ATTEMPTS = Rows("delivery_attempts", "read", "last_at < %s")
# Discarded ones stay: they tell why a figure lacks an event, also to a rebuild.
LETTERS = Rows(
    "dead_letters",
    "read",
    "coalesce(settled_at, parked_at) < %s",
    "settlement IS DISTINCT FROM 'retried'",
    "parked or discarded",
)
TABLES = {each.table: each for each in (KEYS, PROCESSED, ATTEMPTS, LETTERS)}


# What of a table is old, and what of that stays.
COUNT = """
    SELECT count(*), count(*) FILTER (WHERE {old} AND NOT ({held})),
           count(*) FILTER (WHERE {old} AND {held}), pg_total_relation_size('{table}')
    FROM {table}
"""
DELETE = """
    DELETE FROM {table} WHERE ctid >= %s::tid AND ctid < %s::tid
    AND {old} AND NOT ({held})
"""


def count(rows: Rows, before: datetime) -> Outcome:
    query = COUNT.format(**rows._asdict())
    with connections[rows.database].cursor() as cursor:
        cursor.execute(query, [before, before])
        every, go, held, size = cursor.fetchone()
    stays = f"{held:,} {rows.reason}" if held else ""
    return Outcome(rows.table, every, go, size, stays)


def prune(rows: Rows, before: datetime, watcher: Watcher) -> int:
    """How many rows went; new ones take their place, and no VACUUM takes a lock.

    Each statement is a transaction: whoever stops leaves the others for the next run.
    """
    watcher.stage(f"deleting from {rows.table}")
    gone = 0
    for first in range(0, _pages(rows), PAGES):
        began = time.monotonic()
        deleted = _delete(rows, first, before)
        fail_point("prune.deleted")
        watcher.advance(deleted)
        gone += deleted
        if deleted:
            time.sleep(max(MIN_REST_S, REST * (time.monotonic() - began)))
    if gone:
        with connections[rows.database].cursor() as cursor:
            cursor.execute(f"VACUUM (TRUNCATE off) {rows.table}")
    return gone


def _pages(rows: Rows) -> int:
    size = f"pg_relation_size('{rows.table}')"
    with connections[rows.database].cursor() as cursor:
        cursor.execute(f"SELECT {size} / current_setting('block_size')::int")
        [pages] = cursor.fetchone()
    return int(pages)


def _delete(rows: Rows, first: int, before: datetime) -> int:
    pages = f"({first},0)", f"({first + PAGES},0)"
    with connections[rows.database].cursor() as cursor:
        cursor.execute(DELETE.format(**rows._asdict()), [*pages, before])
        return int(cursor.rowcount)
