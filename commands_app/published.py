"""What the outbox knows of published events, for those who look whether they came."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connection

SLICE = 2_000  # events at a time: few, for they are in memory

# A publication in the future was marked before the clock was set back.
PASSED = """
    published_at IS NOT NULL
    AND (published_at < %s OR published_at > clock_timestamp() + interval '1 minute')
"""
# In the order of the ids, up to the first one that is still on its way.
SETTLED = f"""
    SELECT id, event_id
    FROM (SELECT id, event_id, bool_and({PASSED}) OVER (ORDER BY id) AS passed
          FROM (SELECT id, event_id, published_at FROM outbox WHERE id > %s
                ORDER BY id LIMIT {SLICE}) AS slice) AS slice
    WHERE passed ORDER BY id
"""  # noqa: S608
EDGE = """
    SELECT clock_timestamp(), coalesce((SELECT max(id) FROM outbox), 0),
           pg_snapshot_xmax(snapshot)::text::bigint,
           pg_snapshot_xmin(snapshot)::text::bigint
    FROM pg_current_snapshot() AS snapshot
"""
PRODUCTS = """
    SELECT event_id, (payload->>'productId')::bigint, (payload->>'version')::int
    FROM outbox WHERE event_id = ANY(%s) AND topic = 'product-events'
"""


class Published(NamedTuple):
    id: int
    event_id: UUID


class Edge(NamedTuple):
    """The newest event seen. Older ones may yet become visible, for a transaction
    draws its event's id some time before it commits; but none of them once
    `running_from` of a later edge is at least this one's `running_to`: a transaction
    has its number before it draws an id.
    """

    now: datetime
    last_id: int
    running_to: int  # transactions begun by now have lower numbers
    running_from: int  # transactions with lower numbers have ended


class ProductVersion(NamedTuple):
    event_id: UUID
    product_id: int
    version: int


def edge() -> Edge:
    with connection.cursor() as cursor:
        cursor.execute(EDGE)
        return Edge(*cursor.fetchone())


def published_before(moment: datetime, *, after: int) -> list[Published]:
    """At most SLICE events with ids above `after`."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, [moment, after])
        return [Published(*row) for row in cursor.fetchall()]


def product_versions(event_ids: Collection[UUID]) -> list[ProductVersion]:
    """Of those that are product events."""
    with connection.cursor() as cursor:
        cursor.execute(PRODUCTS, [list(event_ids)])
        return [ProductVersion(*row) for row in cursor.fetchall()]
