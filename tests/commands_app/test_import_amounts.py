"""Whatever the price's decimals: a line's total comes out exact, in whole cents."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands_app.imports.amounts import Amounts, amounts
from commands_app.imports.complete_journey import Product, Transaction, to_row
from commands_app.imports.line import parse

CENT = Decimal("0.01")
quantities = st.integers(1, 1_000_000)
prices = st.decimals(0, 99_999, places=9)


def in_cents(amount: Decimal) -> bool:
    return amount.as_tuple().exponent == -2


@given(quantities, prices, st.fractions(0, 1))
def test_any_price_and_discount_give_the_exact_total(
    quantity: int, price: Decimal, share: Fraction
) -> None:
    gross = price * quantity
    discount = (gross * share.numerator / share.denominator).quantize(CENT / 100)
    discount = min(discount, gross)

    line = amounts(str(quantity), f"{price:f}", f"{discount:f}")

    expected = (gross - discount).quantize(CENT, ROUND_HALF_UP)
    assert line.total == expected
    assert line.price * line.quantity - line.discount == expected
    assert 0 <= line.discount <= line.price * line.quantity
    assert 0 <= line.price - price < CENT
    assert all(map(in_cents, (line.price, line.discount, line.total)))


@given(quantities, st.decimals(0, 99_999, places=2))
def test_a_price_in_cents_needs_no_discount(quantity: int, price: Decimal) -> None:
    line = amounts(str(quantity), f"{price:f}", "")

    assert line == Amounts(quantity, price, Decimal(0), price * quantity)


@given(quantities, st.integers(0, 10**9))
def test_any_sales_value_of_the_sample_is_kept(quantity: int, cents: int) -> None:
    sold = Transaction("1", "2", "2017-01-01", "3", quantity, cents / 100)

    line = parse(to_row(1, sold, Product())).amounts

    assert line.total == Decimal(cents).scaleb(-2)
    assert line.price * quantity - line.discount == line.total
    assert line.price * quantity - line.total < CENT * quantity


@pytest.mark.parametrize(
    ("quantity", "price", "discount", "expected"),
    [
        ("3", "0.333", "", ("0.34", "0.02", "1.00")),
        ("3", "1.00", "0.50", ("1.00", "0.50", "2.50")),
        ("2", "0.0025", "", ("0.01", "0.01", "0.01")),
        ("1", "0", "", ("0.00", "0.00", "0.00")),
        ("3.0", "1.", "-0", ("1.00", "0.00", "3.00")),
    ],
)
def test_examples(
    quantity: str, price: str, discount: str, expected: tuple[str, str, str]
) -> None:
    assert tuple(map(str, amounts(quantity, price, discount)[1:])) == expected
