"""What a projection is: one SELECT over the ledger, applied live and rebuilt alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString

from psycopg.sql import SQL, Composed, Identifier

LEDGER = "sales_ledger"

# The lines that one statement inserted, by their ids as an array in text: these lie
# together, and an array of unknown length has a plan that is made once.
INSERTED: LiteralString = "id = ANY(%s::bigint[])"

Merge = Literal["add", "greatest", "least"]

_MERGES: dict[Merge, SQL] = {
    "add": SQL("{column} = target.{column} + excluded.{column}"),
    "greatest": SQL("{column} = greatest(target.{column}, excluded.{column})"),
    "least": SQL("{column} = least(target.{column}, excluded.{column})"),
}


@dataclass(frozen=True, kw_only=True)
class Projection:
    """A read table that is a sum over ledger rows.

    `query` selects `key` and `columns` by their names from `{ledger}` under
    `{where}`, grouped by `key`. `columns` says how the figures of two disjoint sets
    of events become one. A `where` must therefore never cut through an event: an
    order is counted by its lines, and its lines come in one event.

    `types` are the SQL types of key and columns, if there is no migration that makes
    the table. `heat` tells how many orders at once write one row: 0 few, 9 all.
    """

    name: str
    table: str
    key: tuple[str, ...]
    columns: Mapping[str, Merge]
    query: LiteralString
    types: Mapping[str, LiteralString] | None = None
    heat: int = 0

    def select(self, *, where: LiteralString = "true", ledger: str = LEDGER) -> str:
        """The rows that follow from the ledger rows under `where`."""
        return self._select(where, ledger).as_string()

    def upsert(
        self,
        *,
        where: LiteralString = INSERTED,
        table: str | None = None,
        ledger: str = LEDGER,
    ) -> str:
        """Adds the ledger rows under `where` to the table, its rows in key order.

        All writers lock rows in this one order, so they wait but never deadlock.
        """
        statement = SQL("{insert} ON CONFLICT ({key}) DO UPDATE SET {merges}").format(
            insert=self._insert(where, table or self.table, ledger),
            key=_names(*self.key),
            merges=SQL(", ").join(
                _MERGES[merge].format(column=Identifier(column))
                for column, merge in self.columns.items()
            ),
        )
        return statement.as_string()

    def rebuild(
        self,
        *,
        table: str,
        where: LiteralString = "true",
        ledger: str = LEDGER,
    ) -> str:
        """Fills the empty `table` from the ledger rows under `where`."""
        return self._insert(where, table, ledger).as_string()

    def _select(self, where: LiteralString, ledger: str) -> Composed:
        return SQL(self.query).format(ledger=Identifier(ledger), where=SQL(where))

    def _insert(self, where: LiteralString, table: str, ledger: str) -> Composed:
        return SQL(
            "INSERT INTO {table} AS target ({names})"
            " SELECT {names} FROM ({select}) AS increment ORDER BY {key}"
        ).format(
            table=Identifier(table),
            names=_names(*self.key, *self.columns),
            select=self._select(where, ledger),
            key=_names(*self.key),
        )


def _names(*names: str) -> Composed:
    return SQL(", ").join(map(Identifier, names))
