"""What a replay would do and how long that takes, measured on samples."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import connections
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Identifier

from projections_app import course, projector
from projections_app.catch_up import CATALOG, LEDGER
from projections_app.course import Step
from projections_app.projection import Projection
from projections_app.projector import DATABASE
from projections_app.rebuild import FROM_HISTORY

SAMPLE = 50_000  # ledger rows that are rolled up to see how long it takes
EVENTS = 5_000  # that are applied for the same end
SOON_S = 0.5  # what catching up and the swap may take
# Of the time of the roll-ups: with 1.5 million lines 8 to 10 s where those took 6. The
# dry run compares as the verification does, and knows better.
VERIFYING = 1.5

RANGE = "SELECT count(*), min(occurred_at), max(occurred_at) FROM sales_ledger"


class Source(NamedTuple):
    """Events to read, and a way to see the newest so many of them."""

    events: int
    sample: Callable[[int], list[bytes]]


class Plan(NamedTuple):
    tables: list[str]
    events: int | None  # None: none are read, the ledger stays as it is
    lines: int
    first: datetime | None
    last: datetime | None
    events_a_second: float | None
    lines_a_second: float | None  # through all the views; None: there are none
    steps: list[Step]

    @property
    def seconds(self) -> float:
        return sum(step.seconds for step in self.steps)


def plan(*, projections: Sequence[Projection], source: Source | None) -> Plan:
    tables = [projection.table for projection in projections]
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(RANGE)
        lines, first, last = cursor.fetchone()
    part = max(1, lines / SAMPLE)
    views = [
        Step(course.rebuilding(each.table), _sample(each) * part)
        for each in projections
    ]
    rolling_up = sum(step.seconds for step in views)
    rate, steps = None, views
    if source is not None:
        tables = [LEDGER, CATALOG, *tables]
        rate = _events_a_second(source.sample(EVENTS))
        seconds = source.events / rate if rate else 0
        steps = [Step(course.APPLYING, seconds, source.events), *views]
    return Plan(
        tables=tables,
        events=source.events if source else None,
        lines=lines,
        first=first,
        last=last,
        events_a_second=rate,
        lines_a_second=lines / rolling_up if lines else None,
        steps=[*steps, *_ending(rolling_up * VERIFYING)],
    )


def rollback_steps() -> list[Step]:
    return [Step(course.CATCHING_UP, SOON_S), Step(course.SWAPPING, SOON_S)]


def _ending(verifying: float) -> list[Step]:
    catching_up, swapping = rollback_steps()
    return [catching_up, Step(course.VERIFYING, verifying), swapping]


def _sample(projection: Projection) -> float:
    """Seconds to roll up the newest rows."""
    select = projection.select(where="id > (SELECT max(id) FROM sales_ledger) - %s")
    began = time.perf_counter()
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({select}) AS sample", [SAMPLE])  # noqa: S608
    return time.perf_counter() - began


def _events_a_second(bodies: Sequence[bytes]) -> float | None:
    """The projector applies them to temporary tables; those that are live see nothing.

    Some of these cannot be applied; they take as long.
    """
    if not bodies:
        return None
    with scratch() as cursor:
        for table in FROM_HISTORY:
            statement = "CREATE TEMP TABLE {} (LIKE {} INCLUDING ALL)"
            name = Identifier(table)
            cursor.execute(SQL(statement).format(name, name).as_string())
        began = time.perf_counter()
        projector.apply(bodies, projections=())
        return len(bodies) / (time.perf_counter() - began)


@contextmanager
def scratch() -> Iterator[CursorWrapper]:
    """Temporary tables and views hide the live ones inside, and are gone after it.

    On a new connection: a statement that the old one has prepared would go on to mean
    the live tables.
    """
    connection = connections[DATABASE]
    connection.close()
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()
