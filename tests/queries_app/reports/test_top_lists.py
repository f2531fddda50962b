"""Lists by hand: order, pages, search, names, and orders that cannot be added."""

from decimal import Decimal
from typing import Any

import msgspec
import pytest

from messaging.events import OrderLine, ProductUpdated
from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, cancel, example, line, order, refund

MARCH = {"from": "2024-03-01", "to": "2024-04-01"}


def sold(
    product: int, price: str, *, no: int = 1, quantity: int = 1, **names: str
) -> OrderLine:
    plain = line(quantity, price, product=product, no=no)
    return msgspec.structs.replace(plain, **names)


def filed(product: int, name: str, category: str, sku: str | None = None) -> None:
    apply(
        ProductUpdated(
            product_id=product,
            version=2,
            name=name,
            category=category,
            price=Decimal("1.00"),
            sku=sku,
        )
    )


def rows(ask: Ask, subject: str, **query: str) -> list[dict[str, Any]]:
    answer = ask(f"{subject}/top", **{**MARCH, **query})
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.body["rows"]
    return found


def test_customers_of_the_example_stand_in_the_order_of_their_net_sales(
    ask: Ask,
) -> None:
    apply(*example())

    found = rows(ask, "customers")

    # 1: 90.00 - 50.00 - 22.50; 2: 20.00 + 30.01; 3: 10.00
    assert [(row["customerId"], str(row["netSales"])) for row in found] == [
        (2, "50.01"),
        (1, "17.50"),
        (3, "10.00"),
    ]
    assert [row["orders"] for row in found] == [2, 1, 1]
    by_order = rows(ask, "customers", attribution="order_date")
    # 1: 90.00 - 22.50 (the refund of 50.00 is February's); 2: 20.00
    assert [str(row["netSales"]) for row in by_order] == ["67.50", "20.00", "10.00"]


def test_a_list_has_the_total_of_the_range_not_that_of_the_page(ask: Ask) -> None:
    apply(*example())

    body = ask("customers/top", **MARCH, limit="1").body

    assert len(body["rows"]) == 1
    assert (body["total"]["netSales"], body["total"]["orders"]) == (Decimal("77.51"), 4)


def test_an_order_of_two_categories_is_one_order_of_each_and_one_in_total(
    ask: Ask,
) -> None:
    apply(
        order(
            *(1, 1, "2024-03-05"),
            sold(1, "5.00", no=1, category="Food"),
            sold(2, "4.00", no=2, category="Toys"),
            sold(3, "1.00", no=3, category="Toys"),
        )
    )

    answer = ask("categories/top", **MARCH).body

    told = [(row["category"], row["orders"]) for row in answer["rows"]]
    assert told == [("Food", 1), ("Toys", 1)]
    assert answer["total"]["orders"] == 1


def test_an_order_that_has_a_product_under_two_categories_counts_once_for_it(
    ask: Ask,
) -> None:
    both = (sold(1, "5.00", category="Food"), sold(1, "5.00", no=2, category="Toys"))
    apply(order(1, 1, "2024-03-05", *both))
    apply(order(2, 1, "2024-03-06", sold(2, "1.00")))
    apply(order(3, 1, "2024-03-07", sold(2, "1.00")))

    found = rows(ask, "products", order="-orders")

    assert [(row["productId"], row["orders"]) for row in found] == [(2, 2), (1, 1)]


def test_a_product_is_told_as_on_its_newest_sale_in_the_range(ask: Ask) -> None:
    names = ("Mouse", "Mouse 2", "Mouse 3")
    for number, (day, name) in enumerate(
        zip(("02-20", "03-10", "04-10"), names, strict=True), 1
    ):
        apply(order(number, 1, f"2024-{day}", sold(1, "5.00", name=name)))

    assert [row["name"] for row in rows(ask, "products")] == ["Mouse 2"]


def test_a_product_that_was_only_given_back_is_told_as_it_was_sold(ask: Ask) -> None:
    old = order(1, 1, "2024-02-20", sold(1, "5.00", name="Mouse", category="Old"))
    apply(old, refund(old, "2024-03-05", *old.lines))

    [row] = rows(ask, "products")

    assert (row["name"], row["category"]) == ("Mouse", "Old")
    assert (row["netSales"], row["averageOrderValue"]) == (Decimal("-5.00"), None)


def test_as_of_today_a_product_is_told_as_in_the_catalogue(ask: Ask) -> None:
    apply(order(1, 1, "2024-03-05", sold(1, "5.00", name="Mouse", category="Old")))
    filed(1, "Rat", "New", "R-1")

    [row] = rows(ask, "products", labels="current")

    assert (row["name"], row["category"], row["sku"]) == ("Rat", "New", "R-1")


def test_an_order_moves_with_a_product_only_where_nothing_else_holds_it(
    ask: Ask,
) -> None:
    """Product 1 moves from Food to Toys."""
    food, toy = sold(1, "5.00", category="Food"), sold(2, "4.00", no=2, category="Toys")
    other = sold(3, "1.00", no=3, category="Food")
    alone = order(1, 1, "2024-03-05", food)
    apply(
        alone,
        order(2, 1, "2024-03-06", food, toy),  # is in Toys already
        order(3, 1, "2024-03-07", food, other),  # stays in Food as well
        cancel(alone, "2024-03-08"),
    )
    filed(1, "Cube", "Toys")

    found = rows(ask, "categories", labels="current")

    told = [
        (row["category"], row["orders"], row["cancelledOrders"], str(row["netSales"]))
        for row in found
    ]
    assert told == [("Toys", 3, 1, "14.00"), ("Food", 1, 0, "1.00")]


@pytest.mark.parametrize("to", ["2024-03-09", "2024-04-01"])  # an edge, a month
def test_what_was_cancelled_after_it_was_refunded_is_listed_with_its_cancellation(
    ask: Ask, to: str
) -> None:
    placed = order(1, 1, "2024-02-20", sold(1, "5.00"), sold(2, "5.00", no=2))
    empty = msgspec.structs.replace(
        placed,
        lines=(sold(1, "5.00", quantity=0), sold(2, "5.00", no=2, quantity=0)),
        total=Decimal("0.00"),
    )
    apply(placed, refund(placed, "2024-02-25", *placed.lines))
    apply(cancel(empty, "2024-03-05"))

    for subject, count in (("products", 2), ("categories", 1), ("customers", 1)):
        found = [row["cancelledOrders"] for row in rows(ask, subject, to=to)]
        assert found == count * [1]


def test_growth_of_a_row_is_null_where_there_was_nothing_before(ask: Ask) -> None:
    apply(*example())

    first = next(
        row
        for row in rows(ask, "customers", compare="previous_period")
        if row["customerId"] == 1
    )

    # March 17.50, February 50.00: (17.50 - 50.00) / 50.00
    assert first["previous"]["netSales"] == Decimal("50.00")
    assert first["growth"]["netSales"] == Decimal("-0.6500")
    assert first["growth"]["discounts"] is None
