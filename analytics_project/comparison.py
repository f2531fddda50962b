"""A read table beside its truth: which rows differ, and what both sum up to."""

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.backends.utils import CursorWrapper

from analytics_project.truth import AnyView


class Difference(NamedTuple):
    """One row that is not as it should be; None: there is no such row."""

    table: str
    key: str
    found: Mapping[str, Any] | None
    expected: Mapping[str, Any] | None
    cause: str  # "lost event", "parked event", or "wrong"


class Comparison(NamedTuple):
    """What a read table holds beside what it should hold."""

    table: str
    rows: int
    expected_rows: int
    money: Decimal | None  # None: the table has no sums
    expected_money: Decimal | None
    differences: int
    examples: list[Difference]


def compare(write: CursorWrapper, view: AnyView, examples: int) -> Comparison:
    """Compares `found_TABLE` with the truth; tells so many differences in full."""
    found, expected = f"found_{view.table}", f"expected_{view.table}"
    write.execute(f"CREATE TEMP TABLE {expected} ON COMMIT DROP AS {view.expected}")
    differences = _differences(write, view, examples)
    rows, money = _total(write, found, view.money)
    expected_rows, expected_money = _total(write, expected, view.money)
    return Comparison(
        view.table,
        rows,
        expected_rows,
        money,
        expected_money,
        differences[0][0] if differences else 0,
        [
            Difference(view.table, key, _decoded(row), _decoded(true), cause)
            for _, key, row, true, cause in differences
        ],
    )


def _differences(write: CursorWrapper, view: AnyView, examples: int) -> list[Any]:
    names, key, (first, *_) = list(view.columns), ", ".join(view.key), view.key
    write.execute(
        f"""
        SELECT count(*) OVER (), concat_ws(', ', {key}),
               CASE WHEN found.{first} IS NOT NULL THEN to_jsonb(found) END,
               CASE WHEN expected.{first} IS NOT NULL
                    THEN to_jsonb(expected) - '{{lost,parked}}'::text[] END,
               CASE WHEN lost THEN 'lost event' WHEN parked THEN 'parked event'
                    ELSE 'wrong' END
        FROM found_{view.table} AS found
        FULL JOIN expected_{view.table} AS expected USING ({key})
        WHERE ({_row("found", names)}) IS DISTINCT FROM ({_row("expected", names)})
        ORDER BY {key} LIMIT %s
        """,  # noqa: S608 (names of our own tables)
        [examples],
    )
    rows: list[Any] = write.fetchall()
    return rows


def _decoded(row: str | None) -> Mapping[str, Any] | None:
    return json.loads(row, parse_float=Decimal) if row else None


def _row(table: str, names: list[str]) -> str:
    return ", ".join(f"{table}.{name}" for name in names)


def _total(write: CursorWrapper, table: str, money: str | None) -> Any:
    total = f"coalesce(sum({money}), 0)" if money else "null"
    write.execute(f"SELECT count(*), {total} FROM {table}")  # noqa: S608
    return write.fetchone()
