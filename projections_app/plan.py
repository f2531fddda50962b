"""What a replay would do, before it does anything."""

import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connections

from projections_app.catch_up import CATALOG, LEDGER
from projections_app.projection import Projection
from projections_app.projector import DATABASE

SAMPLE = 50_000  # ledger rows that are rolled up to see how long it takes
EVENTS_A_SECOND = 10_000  # that are applied from the outbox; measured on two cores

RANGE = "SELECT count(*), min(occurred_at), max(occurred_at) FROM sales_ledger"


class Plan(NamedTuple):
    """`seconds` is for the rebuild alone; verification and catching up come on top."""

    tables: list[str]
    events: int | None  # None: none are read, the ledger stays as it is
    lines: int
    first: datetime | None
    last: datetime | None
    seconds: float


def plan(*, projections: Sequence[Projection], events: int | None) -> Plan:
    """`events` is how many the outbox has, for a replay from there."""
    tables = [projection.table for projection in projections]
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(RANGE)
        lines, first, last = cursor.fetchone()
    seconds = sum(_sample(each) for each in projections) * max(1, lines / SAMPLE)
    if events is not None:
        tables = [LEDGER, CATALOG, *tables]
        seconds += events / EVENTS_A_SECOND
    return Plan(tables, events, lines, first, last, seconds)


def _sample(projection: Projection) -> float:
    """Seconds to roll up the newest rows."""
    select = projection.select(where="id > (SELECT max(id) FROM sales_ledger) - %s")
    began = time.perf_counter()
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({select}) AS sample", [SAMPLE])  # noqa: S608
    return time.perf_counter() - began
