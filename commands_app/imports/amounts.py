"""How many, for how much: exact for a line's total, whatever its price's decimals."""

import re
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import NamedTuple

from commands_app.imports.errors import Rejected
from commands_app.sales import MAX_TOTAL
from commands_app.values import CENT, MAX_MONEY

MAX_QUANTITY = 1_000_000
# 12 digits and 9 decimals, times a quantity of 7 digits: the 28 digits of Decimal.
NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{0,9})?")


class Amounts(NamedTuple):
    """Money in whole cents: total = price x quantity - discount."""

    quantity: int
    price: Decimal
    discount: Decimal
    total: Decimal


@lru_cache(65_536)  # the same few texts make up most lines
def amounts(quantity: str, unit_price: str, discount: str) -> Amounts:
    """The total is rounded half up, the price up; the discount makes up for it.

    Raises Rejected.
    """
    count = _quantity(quantity)
    exact_price = _number("unit_price", unit_price)
    off = _number("discount", discount or "0")
    if exact_price < 0:
        raise Rejected("unit_price is negative")
    if not 0 <= off <= exact_price * count:
        raise Rejected("discount is negative or above price x quantity")
    total = (exact_price * count - off).quantize(CENT, ROUND_HALF_UP)
    price = exact_price.quantize(CENT, ROUND_CEILING)
    if price > MAX_MONEY or price * count > MAX_TOTAL:
        raise Rejected("unit_price or the line's total is too large")
    return Amounts(count, price, price * count - total, total)


def _quantity(text: str) -> int:
    number = _number("quantity", text)
    if number <= 0:
        raise Rejected("quantity is not above zero")
    if number % 1:
        raise Rejected("quantity is not a whole number")
    if number > MAX_QUANTITY:
        raise Rejected(f"quantity is above {MAX_QUANTITY:,}")
    return int(number)


def _number(column: str, text: str) -> Decimal:
    text = text.strip()
    if not text:
        raise Rejected(f"no {column}")
    if not NUMBER.fullmatch(text):
        raise Rejected(f"{column} is not a number")
    return Decimal(text)
