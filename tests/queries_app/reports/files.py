"""Reports as files and as the screen shows them, in one form to compare."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from tests.queries_app.api import Ask

LISTS = ("data", "rows", "lines", "orders")
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")

Row = dict[str, Any]


class File(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    def csv(self) -> list[dict[str, str]]:
        """Its lines by column; the last one is the total."""
        return list(csv.DictReader(io.StringIO(self.body.decode(), newline="")))

    def ndjson(self) -> list[Row]:
        lines = self.body.decode().removesuffix("\n").split("\n")
        return [json.loads(line, parse_float=Decimal) for line in lines]


Download = Callable[..., File]


class Screen(NamedTuple):
    rows: list[Row]
    total: Row | None
    meta: Row


def screen(ask: Ask, path: str, **query: str) -> Screen:
    """All that is shown, page by page."""
    pages = list(bodies(ask, path, query))
    first = pages[0]
    name = next((each for each in LISTS if each in first), None)
    rows = [row for page in pages for row in page[name]] if name else []
    if path == "cohorts":
        rows = [cell for row in rows for cell in cells(row)]
    # What a file adds up is what it lists: not so in these two reports.
    is_other = path.startswith(("customers/", "explain")) and path != "customers/top"
    return Screen(rows, None if is_other else first.get("total"), first["meta"])


def bodies(ask: Ask, path: str, query: Mapping[str, str]) -> Iterator[Row]:
    cursor: dict[str, str] = {}
    while True:
        answer = ask(path, **query, **cursor)
        assert answer.status == 200, answer.text
        yield answer.body
        if answer.body.get("next") is None:
            return
        cursor = {"cursor": answer.body["next"]}


def cells(cohort: Row) -> Iterator[Row]:
    for cell in cohort.pop("months"):
        size = {"cohortCustomers": cohort["customers"]}
        yield {**cohort, **size, **cell}


def flat(row: Row, prefix: str = "") -> dict[str, Any]:
    """Objects in it by dotted names; lists are not for files."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{name}.")
        elif not isinstance(value, list):
            found[prefix + name] = value
    return found


def cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case str() if value.startswith(STARTS):
            return f"'{value}"
    return str(value)
