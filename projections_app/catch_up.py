"""Brings a generation up to a row of the live ledger, with the live projections."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString, cast

from django.db import transaction
from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Composed, Identifier

from messaging.failpoints import fail_point
from projections_app import ledger
from projections_app.generations import PREVIOUS
from projections_app.models import ProductCatalog, ProjectionState, SalesLedger
from projections_app.projection import Projection
from projections_app.projector import DATABASE, PROJECTOR_LOCK

LEDGER = SalesLedger._meta.db_table
CATALOG = ProductCatalog._meta.db_table
SMALL = 2_000  # ledger rows: that many are applied in some ten milliseconds

COPY_LINES = """
    WITH copied AS (
        INSERT INTO sales_ledger ({columns})
        SELECT {columns} FROM {live} WHERE id > %s AND id <= %s ORDER BY id
        ON CONFLICT (event_id, line_no) DO NOTHING
        RETURNING id
    )
    SELECT array_agg(id)::text FROM copied
"""
REMEMBER_PRODUCTS = """
    CREATE {kind} product_at_cut AS
    SELECT product_id, version FROM {live} WHERE %s
"""
# Only what changed since the cut: a row that history does not know is not copied.
COPY_PRODUCTS = """
    INSERT INTO product_catalog AS target
    SELECT * FROM {live} AS product
    WHERE NOT EXISTS (
        SELECT FROM product_at_cut AS known
        WHERE (known.product_id, known.version) = (product.product_id, product.version)
    )
    ON CONFLICT (product_id) DO UPDATE
    SET (version, sku, name, category, price) = (
            excluded.version, excluded.sku, excluded.name, excluded.category,
            excluded.price
        )
    WHERE target.version < excluded.version
"""


@dataclass(kw_only=True)
class Generation:
    """Tables that are to take the place of the live ones."""

    schema: str
    live: str  # the schema of the live tables
    projections: Sequence[Projection]
    has_ledger: bool  # its own ledger and catalogue; else it reads the live ledger
    cut: int = 0  # the last row of the live ledger that is in it

    @property
    def tables(self) -> list[str]:
        views = [projection.table for projection in self.projections]
        return [LEDGER, CATALOG, *views] if self.has_ledger else views

    @property
    def names(self) -> list[str]:
        """What projection_state calls its parts."""
        views = [projection.name for projection in self.projections]
        return [LEDGER, CATALOG, *views] if self.has_ledger else views


def catch_up(cursor: CursorWrapper, generation: Generation) -> None:
    """Rounds, each shorter than the one before, until hardly anything is missing."""
    while True:
        with barrier(cursor):
            until = last_row(cursor, generation.live)
        missing = until - generation.cut
        with transaction.atomic(using=DATABASE):
            advance(cursor, generation, until)
            fail_point("catch_up.advanced")
        generation.cut = until
        if missing <= SMALL:
            return


@contextmanager
def barrier(cursor: CursorWrapper) -> Iterator[None]:
    """No batch is being written inside: every row of the ledger is committed."""
    cursor.execute("SELECT pg_advisory_lock(%s)", [PROJECTOR_LOCK])
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [PROJECTOR_LOCK])


def remember_products(cursor: CursorWrapper, live: str, *, known: bool) -> None:
    """Which versions will come from elsewhere: all as of now, or none.

    All are kept beside the new tables, for a replay that goes on after this one died.
    """
    kind = SQL("TABLE" if known else "TEMP TABLE")
    statement = _live(REMEMBER_PRODUCTS, live, CATALOG, kind=kind)
    cursor.execute(statement, [known])


def last_row(cursor: CursorWrapper, live: str) -> int:
    cursor.execute(_live("SELECT coalesce(max(id), 0) FROM {live}", live, LEDGER))
    [row] = cursor.fetchone()
    return int(row)


def advance(cursor: CursorWrapper, generation: Generation, until: int) -> None:
    """Adds the live rows after the generation's cut; it is for the caller to move it.

    What is kept beyond this connection moves in the same transaction.
    """
    if generation.has_ledger:
        copied = copy_lines(cursor, generation, until)
        cursor.execute(_live(COPY_PRODUCTS, generation.live, CATALOG))
        for projection in generation.projections if copied else ():
            cursor.execute(projection.upsert(), [copied])
    else:
        bounds = [generation.cut, until]
        for projection in generation.projections:
            cursor.execute(projection.upsert(where="id > %s AND id <= %s"), bounds)
    if generation.schema == PREVIOUS:
        names = generation.names
        ProjectionState.objects.filter(name__in=names).update(previous_cut=until)


def copy_lines(cursor: CursorWrapper, generation: Generation, until: int) -> str | None:
    """Copies ledger lines; the ids of those that were not there before, as an array."""
    columns = SQL(", ").join(map(Identifier, ledger.Line.__struct_fields__))
    statement = _live(COPY_LINES, generation.live, LEDGER, columns=columns)
    cursor.execute(statement, [generation.cut, until])
    [ids] = cursor.fetchone()
    return cast("str | None", ids)


def _live(
    statement: LiteralString, live: str, table: str, **parts: Composed | SQL
) -> str:
    return SQL(statement).format(live=Identifier(live, table), **parts).as_string()
