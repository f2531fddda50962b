"""What a replay would change, found out without building anything.

Temporary views hide the read tables from a comparison: it then sees what the SELECTs
give of the ledger as it is, as the verification of the replay will.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from psycopg.sql import SQL, Identifier

from analytics_project.comparison import Comparison
from analytics_project.reconcile import Report, reconcile
from projections_app import generations
from projections_app.plan import scratch
from projections_app.projection import Projection

NOT_APPLIED = ("pending", "lost", "parked")
VIEW = "CREATE TEMP VIEW {} AS SELECT {} FROM ({}) AS rolled_up"


class Forecast(NamedTuple):
    changes: list[Comparison]  # of the live tables with what they will be
    faults: list[Comparison]  # that the verification would find

    @property
    def is_refused(self) -> bool:
        return bool(self.faults)


def from_ledger(projections: Sequence[Projection]) -> Forecast:
    """The truth is what the replay makes, where it would pass its verification."""
    tables = {projection.table for projection in projections}
    live = reconcile(excused=NOT_APPLIED)
    with rolled_up(projections):
        built = reconcile(excused=NOT_APPLIED)
    changes = [each for each in live.comparisons if each.table in tables]
    made = [each for each in built.comparisons if each.table in live.missing]
    return Forecast([*changes, *map(new, made)], differing(built))


def from_outbox() -> Forecast:
    """It applies what was lost, too."""
    return Forecast(reconcile(excused=("pending", "parked")).comparisons, [])


def new(made: Comparison) -> Comparison:
    """Of a table that is not there yet."""
    return made._replace(rows=0, differences=made.rows)


def differing(report: Report) -> list[Comparison]:
    return [each for each in report.comparisons if each.differences]


@contextmanager
def rolled_up(projections: Sequence[Projection]) -> Iterator[None]:
    """The tables of the projections are what a rebuild would make them."""
    with scratch() as cursor:
        cursor.execute("SELECT current_schema()")
        [live] = cursor.fetchone()
        for projection in projections:
            types = projection.types or generations.columns(
                cursor, live, projection.table
            )
            columns = SQL(", ").join(
                SQL("{}::{}").format(Identifier(name), SQL(types[name]))
                for name in (*projection.key, *projection.columns)  # as an insert does
            )
            query = SQL(projection.select())
            name = Identifier(projection.table)
            cursor.execute(SQL(VIEW).format(name, columns, query).as_string())
        yield
