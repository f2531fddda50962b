"""Tables of another generation: made beside the live ones, then put in their place.

A generation lives in a schema of its own, where its tables, indexes, constraints and
sequences already carry the names of the live ones. Taking their place is a move from
schema to schema, so no name ever changes and what migrations expect stays true.
"""

from collections.abc import Collection, Sequence

from django.db.backends.utils import CursorWrapper
from psycopg.sql import SQL, Identifier

NEXT = "replay_next"
PREVIOUS = "replay_previous"
DROPPED = "replay_dropped"  # what was the previous generation before a swap

# Statements that give the table `new` what `live` has, as PostgreSQL itself tells it.
OPTIONS = """
    SELECT format('ALTER TABLE %%s SET (%%s)', %(new)s::regclass,
                  array_to_string(reloptions, ', '))
    FROM pg_class WHERE oid = %(live)s::regclass AND reloptions IS NOT NULL
"""
INDEXES = """
    SELECT format('CREATE %%s %%I ON %%s USING %%s',
                  CASE WHEN indisunique THEN 'UNIQUE INDEX' ELSE 'INDEX' END,
                  relname, %(new)s::regclass,
                  substring(pg_get_indexdef(indexrelid) FROM ' USING (.*)$'))
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = %(live)s::regclass
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    UNION ALL
    SELECT format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', %(new)s::regclass, conname,
                  pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE conrelid = %(live)s::regclass AND contype IN ('p', 'u', 'x')
"""
PRIVILEGES = """
    WITH privilege AS (
        SELECT pg_class.oid, relowner, null AS attname, granted.*
        FROM pg_class, aclexplode(relacl) AS granted
        UNION ALL
        SELECT pg_class.oid, relowner, quote_ident(attname), granted.*
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid,
             aclexplode(attacl) AS granted
    ), given AS (
        SELECT *, CASE grantee WHEN 0 THEN 'PUBLIC'
                  ELSE quote_ident(pg_get_userbyid(grantee)) END AS role
        FROM privilege
        WHERE oid IN (%(new)s::regclass, %(live)s::regclass) AND grantee <> relowner
    )
    SELECT format('ALTER TABLE %%s OWNER TO %%I', %(new)s::regclass,
                  pg_get_userbyid(relowner))
    FROM pg_class WHERE oid = %(live)s::regclass
    UNION ALL
    (SELECT DISTINCT format('REVOKE ALL ON %%s FROM %%s', %(new)s::regclass, role)
     FROM given WHERE oid = %(new)s::regclass)
    UNION ALL
    SELECT format('GRANT %%s%%s ON %%s TO %%s%%s', privilege_type,
                  '(' || attname || ')', %(new)s::regclass, role,
                  CASE WHEN is_grantable THEN ' WITH GRANT OPTION' END)
    FROM given WHERE oid = %(live)s::regclass
"""
# Other people's views stay with a table when it becomes the previous one.
DEPENDENTS = """
    SELECT DISTINCT format('%%s on %%s', ev_class::regclass, refobjid::regclass)
    FROM pg_depend
    JOIN pg_rewrite ON pg_rewrite.oid = objid AND classid = 'pg_rewrite'::regclass
    JOIN pg_class ON pg_class.oid = ev_class
    WHERE refobjid = ANY(%s::regclass[]) AND ev_class <> refobjid
    AND relnamespace::regnamespace::text <> ALL(%s)
"""
COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
"""
EMPTY = """
    SELECT format('ALTER TABLE %%s SET SCHEMA %%I', oid::regclass, %(target)s::text)
    FROM pg_class WHERE relnamespace = %(source)s::regnamespace AND relkind = 'r'
"""
VIEWS = """
    SELECT format('DROP VIEW %%s', oid::regclass) FROM pg_class
    WHERE relnamespace = to_regnamespace(%(schema)s) AND relkind = 'v'
"""


def create(cursor: CursorWrapper, table: str, *, live: str) -> None:
    """An empty table in NEXT, without indexes: those are built faster afterwards."""
    names = {"new": Identifier(NEXT, table), "live": Identifier(live, table)}
    statement = SQL("CREATE TABLE {new} (LIKE {live} INCLUDING ALL EXCLUDING INDEXES)")
    cursor.execute(statement.format(**names).as_string())
    _run_each(cursor, OPTIONS, **_names(NEXT, table, live))
    _run_each(cursor, PRIVILEGES, **_names(NEXT, table, live))


def index(cursor: CursorWrapper, table: str, *, live: str) -> None:
    _run_each(cursor, INDEXES, **_names(NEXT, table, live))


def vacuum(cursor: CursorWrapper, table: str) -> None:
    """Leaves nothing to the first readers, and tells the planner what is there."""
    statement = SQL("VACUUM (ANALYZE) {}").format(Identifier(NEXT, table))
    cursor.execute(statement.as_string())


def mirror(
    cursor: CursorWrapper, schema: str, tables: Collection[str], *, live: str
) -> None:
    """Shows the live tables in the schema, where it has none of its own."""
    for table in tables:
        if not columns(cursor, schema, table):
            statement = SQL("CREATE VIEW {} AS TABLE {}").format(
                Identifier(schema, table), Identifier(live, table)
            )
            cursor.execute(statement.as_string())


def take_place(
    cursor: CursorWrapper, tables: Sequence[str], *, schema: str, live: str
) -> None:
    """Moves the tables of `schema` into the live one, and those to PREVIOUS.

    PREVIOUS holds what one swap replaced and nothing older: each of its tables fits
    only the others.
    """
    for table in tables:
        _run_each(cursor, PRIVILEGES, **_names(schema, table, live))
    _run_each(
        cursor, EMPTY, source=PREVIOUS, target=DROPPED if schema == NEXT else NEXT
    )
    for table in tables:
        _move(cursor, table, live, PREVIOUS)
        _move(cursor, table, NEXT, live)


def lock(cursor: CursorWrapper, tables: Sequence[str], *, schema: str) -> None:
    names = SQL(", ").join(Identifier(schema, table) for table in tables)
    statement = SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(names)
    cursor.execute(statement.as_string())


def clean_up(cursor: CursorWrapper, *, keep_next: bool = False) -> None:
    """Removes all that a replay leaves behind, but for the previous generation."""
    for schema in (DROPPED,) if keep_next else (NEXT, DROPPED):
        cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    _run_each(cursor, VIEWS, schema=PREVIOUS)


def discard(cursor: CursorWrapper, tables: Sequence[str]) -> None:
    """Takes tables out of NEXT again, and what was shown there of the live ones."""
    _run_each(cursor, VIEWS, schema=NEXT)
    for table in tables:
        statement = SQL("DROP TABLE IF EXISTS {}").format(Identifier(NEXT, table))
        cursor.execute(statement.as_string())


def create_schemas(cursor: CursorWrapper) -> None:
    for schema in (NEXT, PREVIOUS, DROPPED):
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")


def enter(cursor: CursorWrapper, schema: str) -> None:
    """From here on this connection's tables are those of the schema, and no others."""
    cursor.execute(f"SET search_path = {schema}")


def dependents(cursor: CursorWrapper, tables: Sequence[str], *, live: str) -> list[str]:
    """Views that would go on showing a table after it was replaced."""
    oids = [_qualified(live, table) for table in tables]
    cursor.execute(DEPENDENTS, [oids, [NEXT, PREVIOUS, DROPPED]])
    return [view for (view,) in cursor.fetchall()]


def columns(cursor: CursorWrapper, schema: str, table: str) -> dict[str, str]:
    """Types of the columns by their names; empty if there is no such table."""
    cursor.execute(COLUMNS, [_qualified(schema, table)])
    return dict(cursor.fetchall())


def _move(cursor: CursorWrapper, table: str, source: str, target: str) -> None:
    statement = SQL("ALTER TABLE {} SET SCHEMA {}").format(
        Identifier(source, table), Identifier(target)
    )
    cursor.execute(statement.as_string())


def _names(schema: str, table: str, live: str) -> dict[str, str]:
    return {"new": _qualified(schema, table), "live": _qualified(live, table)}


def _qualified(schema: str, table: str) -> str:
    return Identifier(schema, table).as_string()


def _run_each(cursor: CursorWrapper, query: str, **values: str) -> None:
    """Runs the statements that a query returns."""
    cursor.execute(query, values)
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)
