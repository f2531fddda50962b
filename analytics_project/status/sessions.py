"""What a database tells of itself, and of the sessions that others have with it."""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import connections

from analytics_project.status.finding import Finding, well

# An advisory lock of one number: its upper and lower half stand in two columns.
HOLDER = """
    SELECT pid, host(client_addr), clock_timestamp() - backend_start
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND classid::bigint = %s AND objid::bigint = %s
"""
# When it last asked something; null where that is not for us to see.
NAMED = """
    SELECT pid, host(client_addr),
           CASE WHEN state = 'active' THEN interval '0'
                ELSE clock_timestamp() - state_change END
    FROM pg_stat_activity
    WHERE application_name = %s AND datname = current_database()
    ORDER BY 3 LIMIT 1
"""
# A partitioned table is as large as its partitions.
SIZE = """
    SELECT name, pg_total_relation_size(name::regclass) + coalesce(
        (SELECT sum(pg_total_relation_size(relid)) FROM pg_partition_tree(name)
         WHERE relid <> name::regclass), 0)::bigint
    FROM unnest(%s::text[]) AS name
"""
KILO = 1024


class Session(NamedTuple):
    pid: int
    address: str | None  # None: over a socket of the same machine
    age: timedelta | None

    def __str__(self) -> str:
        return f"process {self.pid} at {self.address or 'this machine'}"


def answers(part: str, database: str) -> Finding:
    """Raises what the database raises."""
    began = time.perf_counter()
    with connections[database].cursor() as cursor:
        cursor.execute("SHOW server_version")
        [version] = cursor.fetchone()
    ms = (time.perf_counter() - began) * 1000
    number = version.split()[0]
    said = f"PostgreSQL {number} answers in {ms:.0f} ms"
    return well(part, said, version=number, ms=round(ms, 1))


def holder(database: str, lock: int) -> Session | None:
    return _session(database, HOLDER, [lock >> 32, lock & 0xFFFFFFFF])


def named(database: str, name: str) -> Session | None:
    """Its age is that of its last word."""
    return _session(database, NAMED, [name])


def _session(
    database: str, query: str, values: list[int] | list[str]
) -> Session | None:
    with connections[database].cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return Session(*row) if row else None


def sizes(part: str, database: str, tables: Sequence[str]) -> Finding:
    with connections[database].cursor() as cursor:
        cursor.execute(SIZE, [list(tables)])
        found = dict(cursor.fetchall())
    said = ", ".join(f"{name} {readable(found[name])}" for name in tables)
    return well(part, said, **found)


def readable(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < KILO:
            return f"{size:.0f} {unit}"
        size /= KILO
    return f"{size:.1f} GB"
