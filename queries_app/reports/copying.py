"""All rows of a table, written by PostgreSQL itself: COPY of the screen's statement."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from django.conf import settings
from django.db import connections
from psycopg import Connection
from psycopg.sql import SQL, Composable, Composed, Identifier, Literal

from queries_app.reports.columns import FORMULA_STARTS, Column
from queries_app.reports.snapshot import BEGIN, Statement
from queries_app.reports.table import Table
from queries_app.responses import Response

Link = Connection[tuple[Any, ...]]

CHUNK = 64 * 1024  # bytes

CSV = SQL("FORMAT csv")
# JSON has no control characters: so nothing is quoted, and no backslash doubled.
JSON = SQL(r"FORMAT csv, DELIMITER E'\x01', QUOTE E'\x02'")
COPY = SQL("COPY ({select}) TO STDOUT ({options})")

SELECT_CELLS = SQL('SELECT {columns}, NULL AS "asOf" FROM {told}')
SELECT_OBJECTS = SQL(
    "SELECT row_to_json(line) FROM (SELECT {columns} FROM {told}) AS line"
)
OBJECT = SQL("(SELECT line FROM (SELECT {columns}) AS line) AS {name}")
DEFUSED = SQL(
    "CASE WHEN left({text}, 1) = ANY({starts}) THEN '''' || {text} ELSE {text} END"
)
GROWTH = SQL("round(({now} - {before}) / nullif(abs({before}), 0)::numeric, 4)")


def snapshot(*, lookups: bool = True) -> Link:
    """A connection of its own, whose statements all see the same data.

    Whatever becomes of the client, no other question meets what is left of it; and a
    server may end an answer in another thread than it began it in.
    """
    template: Any = connections.create_connection("read")
    with template.wrap_database_errors:
        link: Link = template.Database.connect(**template.get_connection_params())
        try:
            link.execute(BEGIN)
            link.execute(
                f"SET LOCAL statement_timeout = '{settings.EXPORT_TIMEOUT_S}s'"
            )
            if not lookups:
                link.execute("SET LOCAL enable_nestloop = off")
        except BaseException:
            link.close()
            raise
    return link


def cells(link: Link, table: Table, *, head: bytes) -> Iterator[bytes]:
    """CSV: each row, and an empty cell for asOf."""
    columns = [
        SQL("{} AS {}").format(csv_cell(each), Identifier(each.name))
        for each in table.columns
    ]
    select = SELECT_CELLS.format(
        columns=SQL(", ").join(columns), told=told(link, table)
    )
    return chunks(link, COPY.format(select=select, options=CSV), head)


def objects(link: Link, table: Table) -> Iterator[bytes]:
    """NDJSON: each row as on the screen."""
    columns = SQL(", ").join(members(table.columns))
    select = SELECT_OBJECTS.format(columns=columns, told=told(link, table))
    return chunks(link, COPY.format(select=select, options=JSON), b"")


def batches(link: Link, table: Table, *, size: int) -> Iterator[list[tuple[Any, ...]]]:
    """The rows as they are, so many at a time."""
    columns = [
        SQL("{} AS {}").format(value(each), Identifier(each.name))
        for each in table.columns
    ]
    select = SQL("SELECT {columns} FROM {told}").format(
        columns=SQL(", ").join(columns), told=told(link, table)
    )
    with link.cursor("export") as cursor:
        cursor.execute(select)
        while rows := cursor.fetchmany(size):
            yield rows


def total(link: Link, table: Table) -> Response:
    found = (link.execute(literal(link, each)).fetchone() for each in table.sums)
    return table.total(*found)


def chunks(link: Link, copy: Composed, head: bytes) -> Iterator[bytes]:
    """Memory does not grow with the rows. Closed early, it cancels the statement."""
    kept, size = [head], len(head)
    with link.cursor() as cursor, cursor.copy(copy) as rows:
        for row in rows:
            kept.append(bytes(row))
            size += len(row)
            if size >= CHUNK:
                yield b"".join(kept)
                kept, size = [], 0
    yield b"".join(kept)


# --- the statement ----------------------------------------------------------------
def told(link: Link, table: Table) -> Composed:
    """The rows of the screen's statement, their columns named as in the file."""
    names = [each.name for each in table.columns if each.fields[0] != "growth"]
    return SQL("({rows}) AS told ({names})").format(
        rows=literal(link, table.rows), names=SQL(", ").join(map(Identifier, names))
    )


def literal(link: Link, statement: Statement) -> SQL:
    """With its values written out: COPY takes none beside its text."""
    values = [Literal(value).as_string(link) for value in statement.values]
    return SQL(re.sub(r"\$(\d+)", lambda at: values[int(at[1]) - 1], statement.sql))


def csv_cell(column: Column) -> Composable:
    if column.kind == "text":
        return DEFUSED.format(
            text=Identifier(column.name), starts=Literal(list(FORMULA_STARTS))
        )
    if column.kind == "truth":
        return SQL("{}::text").format(Identifier(column.name))
    return value(column)


def value(column: Column) -> Composable:
    if column.fields[0] != "growth":
        return Identifier(column.name)
    name = column.names[-1]
    return GROWTH.format(now=Identifier(name), before=Identifier(f"previous.{name}"))


def members(columns: Sequence[Column]) -> Iterator[Composed]:
    """Select list of a JSON object, objects in it included."""
    plain = [each for each in columns if len(each.names) == 1]
    yield from map(member, plain)
    for name in dict.fromkeys(each.names[0] for each in columns if each not in plain):
        inner = [member(each) for each in columns if each.names[0] == name]
        yield OBJECT.format(columns=SQL(", ").join(inner), name=Identifier(name))


def member(column: Column) -> Composed:
    return SQL("{} AS {}").format(value(column), Identifier(column.names[-1]))
