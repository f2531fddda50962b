"""The tables of projections that no migration makes: the first replay does."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Composed, Identifier

from projections_app.projection import Projection

CREATE = "CREATE TABLE IF NOT EXISTS {table} ({columns}, PRIMARY KEY ({key}))"
PRESENT = """
    SELECT name FROM unnest(%s::text[]) AS name
    WHERE to_regclass(quote_ident(name)) IS NOT NULL
"""


def create(cursor: CursorWrapper, projections: Sequence[Projection]) -> None:
    """Empty; from the next batch on the projector fills them, and the replay anew."""
    for projection in projections:
        if projection.types:
            cursor.execute(_definition(projection, projection.types).as_string())


def present(
    cursor: CursorWrapper, projections: Sequence[Projection]
) -> Sequence[Projection]:
    """Those that have a table; asks the database only if one may have none."""
    tables = [each.table for each in projections if each.types]
    if not tables:
        return projections
    cursor.execute(PRESENT, [tables])
    made = {name for (name,) in cursor.fetchall()}
    return [each for each in projections if not each.types or each.table in made]


def _definition(projection: Projection, types: Mapping[str, LiteralString]) -> Composed:
    """What is added up is never null; the greatest of nothing is."""
    columns = [
        SQL("{} {}{}").format(
            Identifier(name),
            SQL(kind),
            SQL(" NOT NULL" if projection.columns.get(name) == "add" else ""),
        )
        for name, kind in types.items()
    ]
    return SQL(CREATE).format(
        table=Identifier(projection.table),
        columns=SQL(", ").join(columns),
        key=SQL(", ").join(map(Identifier, projection.key)),
    )
