"""What is asked of a read table, and what it must answer."""

from typing import LiteralString, NamedTuple


class Figures(NamedTuple):
    """A table, the statement of its true rows, that of its rows, column of money."""

    table: str
    expected: LiteralString
    found: LiteralString
    money: int | None = None
