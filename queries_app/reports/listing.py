"""Lists: how many rows, in which order, from where on, and which to search for."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import msgspec

from queries_app.errors import InvalidParameter
from queries_app.parameters import MAX_ID, category_name
from queries_app.reports.parameters import number
from queries_app.reports.question import Question

LISTING = ("limit", "order", "cursor", "q")  # for @report(*LISTING)
DEFAULT_LIMIT = 50
MOST_ROWS = 500
LONGEST_SEARCH = 200  # characters
LONGEST_CURSOR = 1000
MOST_DIGITS = 40

Key = int | str


class Cursor(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """The last row told: the value it is ordered by (None: null), and its key."""

    bound: str  # to the other parameters
    value: str | None
    key: Key


class After(NamedTuple):
    value: Decimal | None
    key: Key


class Listing(NamedTuple):
    limit: int | None  # None: all rows
    measure: str
    descending: bool
    search: str | None
    after: After | None
    bound: str

    @property
    def pattern(self) -> str | None:
        """For ILIKE; nothing in the search has a meaning of its own."""
        if self.search is None:
            return None
        text = self.search
        for special in ("\\", "%", "_"):
            text = text.replace(special, f"\\{special}")
        return f"%{text}%"

    def next(self, value: Decimal | int | None, key: Key) -> str:
        """The cursor behind a row."""
        told = None if value is None else str(value)
        packed = msgspec.json.encode(Cursor(self.bound, told, key))
        return urlsafe_b64encode(packed).decode().rstrip("=")


def listing(
    question: Question,
    *,
    measures: Collection[str],
    default: str = "-net_sales",
    keys: type[Key] = int,
) -> Listing:
    """`measures`: the columns that may be ordered by. Raises InvalidParameter."""
    own = question.own
    order = own.get("order", default)
    measure = order.removeprefix("-")
    if measure not in measures:
        names = ", ".join(sorted(measures))
        raise InvalidParameter("order", f"must be one of {names}; - for descending.")
    search = searched(own["q"]) if "q" in own else None
    bound = binding(question, order, search)
    return Listing(
        limit=number(own, "limit", least=1, most=MOST_ROWS, default=DEFAULT_LIMIT),
        measure=measure,
        descending=order.startswith("-"),
        search=search,
        after=opened(own["cursor"], bound, keys) if "cursor" in own else None,
        bound=bound,
    )


def searched(text: str) -> str:
    """Brought to the form that names are stored in."""
    search = category_name(text)
    if "\0" in search or not 1 <= len(search) <= LONGEST_SEARCH:
        raise InvalidParameter("q", f"must be 1 to {LONGEST_SEARCH} characters.")
    return search


def binding(question: Question, *more: object) -> str:
    """A short name of the question, by which a cursor knows where it belongs."""
    start, end, zone = question.period
    mode = question.comparison.mode if question.comparison else None
    parts = (
        *(question.path, start, end, zone.key, mode),
        *(question.attribution, question.labels, *more),
    )
    text = "\0".join(map(str, parts))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def opened(text: str, bound: str, keys: type[Key]) -> After:
    """Raises InvalidParameter for a cursor that is not ours, or another question's."""
    try:
        cursor = unpacked(text)
        value = None if cursor.value is None else Decimal(cursor.value)
    except (ValueError, InvalidOperation) as error:  # msgspec's are ValueErrors too
        raise InvalidParameter("cursor", "is none that was answered here.") from error
    if cursor.bound != bound:
        raise InvalidParameter("cursor", "belongs to a question with other parameters.")
    if not (is_measure(value) and is_key(cursor.key, keys)):
        raise InvalidParameter("cursor", "is none that was answered here.")
    return After(value, cursor.key)


def is_measure(value: Decimal | None) -> bool:
    """Whether the database can read it as a number."""
    if value is None:
        return True
    return value.is_finite() and f"{value:f}"[:MOST_DIGITS] == str(value)


def is_key(key: Key, kind: type[Key]) -> bool:
    if isinstance(key, int):
        return kind is int and 1 <= key <= MAX_ID
    return kind is str and "\0" not in key


def unpacked(text: str) -> Cursor:
    if not text.isascii() or len(text) > LONGEST_CURSOR:
        raise ValueError("no cursor is like that")
    padded = text + "=" * (-len(text) % 4)
    return msgspec.json.decode(urlsafe_b64decode(padded), type=Cursor)
