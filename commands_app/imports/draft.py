"""Puts the rows of one reference together to one order."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from commands_app.imports.errors import Rejected
from commands_app.imports.line import Header, Line, clean_reference, parse
from commands_app.imports.rejects import Rejects
from commands_app.imports.row import Row
from commands_app.sales import MAX_TOTAL

MAX_LINES = 1000


class Draft:
    """An order to be: the rows that fit together, and what they say."""

    def __init__(self, reference: str, header: Header) -> None:
        self.reference = reference
        self.header = header
        self.rows: list[Row] = []
        self.lines: list[Line] = []
        self.total = Decimal(0)

    def add(self, row: Row, line: Line) -> None:
        """Raises Rejected."""
        if line.header.customer_id != self.header.customer_id:
            raise Rejected("customer_id differs from the order's first line")
        if line.header.placed_at != self.header.placed_at:
            raise Rejected("placed_at differs from the order's first line")
        if len(self.lines) == MAX_LINES:
            raise Rejected(f"the order has more than {MAX_LINES:,} lines")
        if self.total + line.amounts.total > MAX_TOTAL:
            raise Rejected("the order's total is too large")
        self.total += line.amounts.total
        self.rows.append(row)
        self.lines.append(line)


def with_clean_references(rows: Iterable[Row], *, rejects: Rejects) -> Iterator[Row]:
    for row in rows:
        try:
            reference = clean_reference(row.reference)
        except Rejected as reason:
            rejects.add(row, str(reason))
            continue
        yield row if reference == row.reference else row._replace(reference=reference)


def drafts(rows: Iterable[Row], *, rejects: Rejects) -> Iterator[Draft]:
    """Orders of at least one line, from rows that are sorted by reference."""
    for reference, group in groupby(rows, key=attrgetter("reference")):
        if draft := _draft(reference, group, rejects):
            yield draft


def _draft(reference: str, rows: Iterable[Row], rejects: Rejects) -> Draft | None:
    draft = None
    for row in rows:
        try:
            line = parse(row)
            draft = draft or Draft(reference, line.header)
            draft.add(row, line)
        except Rejected as reason:
            rejects.add(row, str(reason))
    return draft
