"""What a JSON value may be where its type alone does not say: money, text, moments.

Each kind has a `parse`, which raises ValueError, and the SCHEMA that OpenAPI shows.
"""

import unicodedata
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Protocol, Self

import msgspec

CENT = Decimal("0.01")
MAX_MONEY = Decimal("9999999999.99")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCK_SKEW = timedelta(minutes=5)  # that a client's clock may be ahead
# Control characters, invisible formatting (zero-width, bidirectional), lone surrogates.
REFUSED_CATEGORIES = {"Cc", "Cf", "Cs"}

Schema = dict[str, Any]
Id = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
Stock = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Kind(Protocol):
    SCHEMA: ClassVar[Schema]

    @classmethod
    def parse(cls, value: object) -> Self: ...


class Money(Decimal):
    """Decimal with two places, from a JSON number; a string is none."""

    SCHEMA: ClassVar[Schema] = {
        "type": "number",
        "minimum": 0,
        "maximum": float(MAX_MONEY),
        "multipleOf": 0.01,
    }

    @classmethod
    def parse(cls, value: object) -> Self:
        if type(value) is int or isinstance(value, Decimal):
            amount = Decimal(value)
            if 0 <= amount <= MAX_MONEY and amount == amount.quantize(CENT):
                return cls(abs(amount).quantize(CENT))  # abs: no negative zero
        raise ValueError(
            f"Expected a number from 0 to {MAX_MONEY} with at most two decimals"
        )


class Text(str):
    """A name of things: normalised, trimmed, nothing invisible in it."""

    __slots__ = ()
    MAX: ClassVar[int]
    SCHEMA: ClassVar[Schema]

    def __init_subclass__(cls, *, longest: int) -> None:
        cls.MAX = longest
        cls.SCHEMA = {
            "type": "string",
            "minLength": 1,
            "maxLength": longest,
            "description": "Nothing invisible in it; white space is collapsed.",
        }

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str):
            raise ValueError("Expected `str`")  # noqa: TRY004 (msgspec wants it)
        text = " ".join(unicodedata.normalize("NFC", value).split())
        if not 1 <= len(text) <= cls.MAX:
            raise ValueError(f"Expected 1 to {cls.MAX} characters")
        if not text.isascii() or not text.isprintable():
            _refuse_invisible(text)
        return cls(text)


class Name(Text, longest=200): ...


class Category(Text, longest=100): ...


class Label(Text, longest=100):
    """A sku or a reference."""


class Reason(Text, longest=500): ...


class Moment(datetime):
    """A time of the past, in UTC."""

    SCHEMA: ClassVar[Schema] = {"type": "string", "format": "date-time"}

    @classmethod
    def parse(cls, value: object) -> Self:
        if not isinstance(value, str):
            raise ValueError("Expected `str`")  # noqa: TRY004 (msgspec wants it)
        try:
            moment = cls.fromisoformat(value)
        except ValueError:
            raise ValueError("Expected a time as in ISO 8601") from None
        if moment.tzinfo is None:
            raise ValueError("Expected a time with its offset from UTC")
        if not EARLIEST <= moment <= datetime.now(UTC) + CLOCK_SKEW:
            raise ValueError("Expected a time between 1970 and now")
        return moment.astimezone(UTC)


def parse(kind: type[Kind], value: object) -> Kind:
    """msgspec's `dec_hook`."""
    return kind.parse(value)


def schema(kind: type[Kind]) -> Schema:
    """msgspec's `schema_hook`."""
    return kind.SCHEMA


def plain(value: Any) -> Any:
    """The value in the ordinary type below its kind: drivers match exact types."""
    match value:
        case Money():
            return Decimal(value)
        case Text():
            return str(value)
        case Moment():
            return datetime.combine(value.date(), value.timetz())
    return value


def _refuse_invisible(text: str) -> None:
    if any(unicodedata.category(sign) in REFUSED_CATEGORIES for sign in text):
        raise ValueError("Expected text without control or invisible characters")
