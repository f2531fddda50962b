"""Brings the lines of one order together, whatever the size of the input.

The lines lie in a temporary SQLite database on disk (in TMPDIR), which the system
removes when the process ends, however it ends.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager

from commands_app.imports.row import COLUMNS, Row

CACHE_KIB = 64 * 1024
ON_DISK = ""  # SQLite's name for a private file without a name


class Staging:
    """Reads back what was added, ordered by reference, then by line number."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def fill(self, rows: Iterable[Row]) -> None:
        marks = ", ".join("?" * len(Row._fields))
        self._connection.executemany(f"INSERT INTO lines VALUES ({marks})", rows)  # noqa: S608
        self._connection.execute("CREATE INDEX by_reference ON lines (reference)")

    def keep_orders(self, limit: int) -> None:
        """Forgets all but the first orders in the order of their references."""
        self._connection.execute(
            "DELETE FROM lines WHERE reference > (SELECT DISTINCT reference FROM lines"
            " ORDER BY reference LIMIT 1 OFFSET ? - 1)",
            [limit],
        )

    def __len__(self) -> int:
        count = self._connection.execute("SELECT count(*) FROM lines")
        return int(count.fetchone()[0])

    def rows(self) -> Iterator[Row]:
        query = "SELECT * FROM lines ORDER BY reference, number"
        return map(Row._make, self._connection.execute(query))


@contextmanager
def staging() -> Iterator[Staging]:
    with closing(sqlite3.connect(ON_DISK, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA journal_mode = OFF")
        columns = ", ".join(f"{name} TEXT" for name in COLUMNS)
        connection.execute(
            f"CREATE TABLE lines (number INTEGER PRIMARY KEY, {columns})"
        )
        connection.execute("BEGIN")
        yield Staging(connection)
