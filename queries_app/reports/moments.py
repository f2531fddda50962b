"""Pages of a list that is ordered by time, the newest first."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from queries_app.errors import InvalidParameter
from queries_app.reports.answers import Row
from queries_app.reports.listing import (
    DEFAULT_LIMIT,
    MOST_ROWS,
    Key,
    Listing,
    binding,
    opened,
)
from queries_app.reports.parameters import FIRST, LAST, number
from queries_app.reports.question import Question

MICROSECOND = timedelta(microseconds=1)
UNKNOWN = "is none that was answered here."


class Page(NamedTuple):
    limit: int | None  # None: all rows
    after: tuple[datetime, Key] | None  # the last row told: its time, and its key
    bound: str  # the question by which a cursor knows where it belongs

    @property
    def values(self) -> Sequence[Any]:
        """Time and key behind which to go on, and how many rows: one more."""
        at, key = self.after or (None, None)
        return at, key, None if self.limit is None else self.limit + 1

    def cut(self, rows: Sequence[Row]) -> tuple[list[Row], str | None]:
        """The page, and the cursor behind it. Rows end in their time and key."""
        if self.limit is None or len(rows) <= self.limit:
            return [row[:-2] for row in rows], None
        shown = rows[: self.limit]
        *_, at, key = shown[-1]
        listing = Listing(self.limit, "", True, None, None, self.bound)  # noqa: FBT003
        return [row[:-2] for row in shown], listing.next(micros(at), key)


EVERYTHING = Page(None, None, "")


def page(question: Question, *about: object, keys: type[int] | type[UUID]) -> Page:
    """Of a report that takes `limit` and `cursor`. Raises InvalidParameter."""
    own = question.own
    bound = binding(question, *about)
    after = None
    if "cursor" in own:
        value, key = opened(own["cursor"], bound, int if keys is int else str)
        after = moment(value), key if keys is int else identity(key)
    limit = number(own, "limit", least=1, most=MOST_ROWS, default=DEFAULT_LIMIT)
    return Page(limit, after, bound)


def identity(key: Key) -> str:
    """Of an event."""
    try:
        return str(UUID(str(key)))
    except ValueError as error:
        raise InvalidParameter("cursor", UNKNOWN) from error


def micros(at: datetime) -> int:
    return (at - FIRST) // MICROSECOND


def moment(value: Decimal | None) -> datetime:
    if value is None or value != int(value) or not 0 <= value <= micros(LAST):
        raise InvalidParameter("cursor", UNKNOWN)
    return (FIRST + int(value) * MICROSECOND).astimezone(UTC)
