"""Turns the texts of one row into an order line, or says why it cannot be one."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from commands_app.imports.amounts import Amounts, amounts
from commands_app.imports.errors import Rejected
from commands_app.imports.row import Row
from commands_app.values import CLOCK_SKEW, EARLIEST, Category, Label, Name, Text

NO_NAME = "Unknown"
NO_CATEGORY = "Uncategorised"
MAX_ID = 2**63 - 1
REMEMBERED = 65_536  # texts recur, so that most lines need no parsing at all


class Header(NamedTuple):
    """What all lines of an order share."""

    customer_id: int
    placed_at: datetime


class Article(NamedTuple):
    """What was sold, by its names at the time."""

    sku: str
    name: str
    category: str


class Line(NamedTuple):
    header: Header
    article: Article
    amounts: Amounts


def parse(row: Row) -> Line:
    """Raises Rejected."""
    return Line(
        _header(row.customer_id, row.placed_at),
        _article(row.sku, row.product_name, row.category),
        amounts(row.quantity, row.unit_price, row.discount),
    )


@lru_cache(REMEMBERED)
def clean_reference(reference: str) -> str:
    """Raises Rejected."""
    return _text(Label, "reference", reference)


@lru_cache(REMEMBERED)
def _header(customer_id: str, placed_at: str) -> Header:
    return Header(_customer(customer_id.strip()), _time(placed_at.strip()))


def _customer(text: str) -> int:
    if not text:
        raise Rejected("no customer_id")
    if not re.fullmatch("[0-9]{1,19}", text) or not 1 <= int(text) <= MAX_ID:
        raise Rejected("customer_id is not a whole number from 1")
    return int(text)


def _time(text: str) -> datetime:
    """A time without a zone counts as UTC."""
    try:
        time = datetime.fromisoformat(text)
        time = time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Rejected("placed_at is not an ISO 8601 date and time") from None
    if not EARLIEST <= time <= datetime.now(UTC) + CLOCK_SKEW:
        raise Rejected("placed_at is before 1970 or in the future")
    return time


@lru_cache(REMEMBERED)
def _article(sku: str, name: str, category: str) -> Article:
    return Article(
        _text(Label, "sku", sku),
        _text(Name, "product_name", name, missing=NO_NAME),
        _text(Category, "category", category, missing=NO_CATEGORY),
    )


def _text(kind: type[Text], column: str, text: str, *, missing: str = "") -> str:
    text = text.strip() or missing
    if not text:
        raise Rejected(f"no {column}")
    if "\N{REPLACEMENT CHARACTER}" in text:
        raise Rejected(f"{column} is not valid UTF-8")
    try:
        return str(kind.parse(text))
    except ValueError as error:
        raise Rejected(f"{column}: {error}") from None
