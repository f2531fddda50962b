"""What a report gives so that its rows can be written to a file."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

from msgspec import Struct, inspect

from queries_app.reports.answers import Answer, Meta
from queries_app.reports.columns import Column, columns
from queries_app.reports.snapshot import Statement
from queries_app.responses import Response


class Table(NamedTuple):
    """Any number of rows: the statements of the screen, but without its limit.

    `rows` has the columns of `row` in its order (without growth, which follows from
    the others), and may have more behind them. `total` makes a struct of the first
    rows of `sums`; its fields that are columns are told in the last line.
    """

    meta: Meta
    row: type[Struct]
    rows: Statement
    sums: Sequence[Statement]
    total: Callable[..., Response]
    # False where the planner expects few rows, and would look up each of all: products
    # of a year took 100 s and more, instead of 4.
    lookups: bool = True

    @property
    def columns(self) -> list[Column]:
        return columns(self.row, compared=bool(self.meta.compare))


class Sheet(NamedTuple):
    """As many rows as an answer holds: those of the screen themselves."""

    meta: Meta
    row: type[Struct]
    rows: Sequence[Response]
    total: Response | None

    @property
    def columns(self) -> list[Column]:
        return columns(self.row, compared=bool(self.meta.compare))


def sheet(answer: Answer) -> Sheet:
    """Of an answer with a list of rows, a total, or both."""
    total: Response | None = getattr(answer, "total", None)
    for field in cast(inspect.StructType, inspect.type_info(type(answer))).fields:
        match field.type:
            case inspect.ListType(inspect.StructType(row)):
                return Sheet(answer.meta, row, getattr(answer, field.name), total)
    return Sheet(answer.meta, type(total or answer.meta), [], total)
