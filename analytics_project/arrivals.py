"""Which events have not arrived: the read side has neither applied nor parked them."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connections

from analytics_project.snapshot import PARKED
from commands_app import published

# OFFSET 0 keeps these a look into an index for each event: as joins they would read
# whole tables. processed_events may be pruned, the ledger never is.
UNAPPLIED = """
    SELECT event_id FROM unnest(%s::uuid[]) AS asked (event_id)
    WHERE NOT EXISTS (SELECT FROM processed_events AS applied
                      WHERE applied.event_id = asked.event_id OFFSET 0)
    AND NOT EXISTS (SELECT FROM sales_ledger AS applied
                    WHERE applied.event_id = asked.event_id OFFSET 0)
"""
PARKED_AMONG = f"{PARKED} AND event_id = ANY(%s::uuid[])"
# A product event that a newer one has overtaken need not be remembered as applied.
OVERTAKEN = """
    SELECT event_id
    FROM unnest(%s::uuid[], %s::bigint[], %s::int[])
         AS told (event_id, product_id, version)
    JOIN product_catalog AS product USING (product_id)
    WHERE told.version <= product.version
"""


def absent(event_ids: Collection[UUID]) -> set[UUID]:
    missing = unapplied(event_ids)
    return missing - _ask(PARKED_AMONG, list(missing)) if missing else missing


def unapplied(event_ids: Collection[UUID]) -> set[UUID]:
    """Absent, or parked."""
    missing = _ask(UNAPPLIED, list(event_ids)) if event_ids else set()
    if versions := published.product_versions(missing) if missing else []:
        missing -= _ask(OVERTAKEN, *map(list, zip(*versions, strict=True)))
    return missing


def _ask(query: str, *values: list[Any]) -> set[UUID]:
    with connections["read"].cursor() as cursor:
        cursor.execute(query, values)
        return {event_id for (event_id,) in cursor.fetchall()}
