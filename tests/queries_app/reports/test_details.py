"""A product, a category, a customer, cohorts: by hand."""

from decimal import Decimal

import pytest

from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, cancel, example, line, order, refund
from tests.queries_app.reports.test_top_lists import MARCH, filed, sold

ADDRESSES = ("products/9", "categories/Nowhere/report", "customers/9")


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_was_never_seen_has_zeros(ask: Ask, address: str) -> None:
    answer = ask(address, **MARCH)

    assert answer.status == 200
    assert answer.body["total"]["netSales"] == 0
    assert answer.body["total"]["orders"] == 0
    assert "previous" not in answer.body["total"]


def test_a_product_never_seen_has_no_name_and_no_share(ask: Ask) -> None:
    body = ask("products/9", **MARCH).body

    assert (body["name"], body["category"], body["shareOfCategory"]) == (None,) * 3
    assert body["soldUnder"] == []
    assert len(body["data"]) == 31


def test_a_customer_never_seen_is_worth_nothing(ask: Ask) -> None:
    assert ask("customers/9", **MARCH).body["ever"] == {
        "lifetimeValue": Decimal("0.00"),
        "orders": 0,
        "averageOrderValue": None,
        "firstOrderAt": None,
        "lastOrderAt": None,
    }


def test_a_product_has_its_share_of_what_its_category_brought_in(ask: Ask) -> None:
    apply(
        order(1, 1, "2024-03-05", sold(1, "30.00", category="Food")),
        order(2, 1, "2024-03-05", sold(2, "60.00", category="Food")),
        order(3, 1, "2024-03-05", sold(3, "99.00", category="Toys")),
        order(4, 1, "2024-04-05", sold(2, "99.00", category="Food")),
    )

    body = ask("products/1", **MARCH).body

    assert (body["category"], body["shareOfCategory"]) == ("Food", Decimal("0.3333"))
    assert ask("categories/Food/report", **MARCH).body["shareOfAll"] == Decimal(
        "0.4762"
    )


def test_a_product_tells_what_it_was_sold_under_in_the_range(ask: Ask) -> None:
    apply(
        order(1, 1, "2023-01-05", sold(1, "5.00", name="Rodent")),
        order(2, 1, "2024-03-02T10:00", sold(1, "5.00", name="Mouse", category="Old")),
        order(3, 1, "2024-03-07T11:00", sold(1, "5.00", name="Mouse", category="Old")),
        order(4, 1, "2024-03-08T12:00", sold(1, "5.00", name="Rat", sku="R-1")),
    )

    newest, oldest = ask("products/1", **MARCH).body["soldUnder"]

    assert (newest["name"], newest["sku"]) == ("Rat", "R-1")
    assert oldest == {
        "name": "Mouse",
        "category": "Old",
        "sku": None,
        "firstSoldAt": "2024-03-02T10:00:00.000Z",
        "lastSoldAt": "2024-03-07T11:00:00.000Z",
    }


def test_a_product_not_sold_in_the_range_tells_what_it_was_sold_under_last(
    ask: Ask,
) -> None:
    apply(
        order(1, 1, "2023-01-05", sold(1, "5.00", name="Rodent")),
        order(2, 1, "2023-01-07T11:00", sold(1, "5.00", name="Mouse")),
    )

    [last] = ask("products/1", **MARCH).body["soldUnder"]

    assert (last["name"], last["lastSoldAt"]) == ("Mouse", "2023-01-07T11:00:00.000Z")


def test_a_series_has_every_local_day_and_adds_up(ask: Ask) -> None:
    """20:00 UTC is the next day in Kathmandu."""
    apply(order(1, 1, "2024-03-05T20:00", sold(1, "5.00")))

    body = ask("products/1", **MARCH, tz="Asia/Kathmandu", interval="day").body

    [day] = [each for each in body["data"] if each["orders"]]
    assert day["start"] == "2024-03-06T00:00:00+05:45"
    assert sum(each["netSales"] for each in body["data"]) == body["total"]["netSales"]


def test_a_category_tells_its_products_of_this_category_alone(ask: Ask) -> None:
    apply(
        order(1, 1, "2024-03-05", sold(1, "5.00", category="Food")),
        order(2, 1, "2024-03-06", sold(1, "7.00", category="Toys")),
        order(3, 1, "2024-03-07", sold(2, "6.00", category="Food/Fish")),
    )
    filed(1, "Cube", "Food/Fish")

    food = ask("categories/Food/report", **MARCH).body
    fish = ask("categories/Food%2FFish/report", **MARCH, labels="current").body

    assert [(row["productId"], str(row["netSales"])) for row in food["products"]] == [
        (1, "5.00")
    ]
    assert [(row["productId"], str(row["netSales"])) for row in fish["products"]] == [
        (1, "12.00"),
        (2, "6.00"),
    ]
    assert fish["total"]["orders"] == 3


def test_a_customer_is_worth_what_all_orders_left_whatever_the_range(ask: Ask) -> None:
    apply(*example())

    body = ask("customers/1", **MARCH).body

    # 50.00 + 90.00 - 50.00 - 22.50
    assert (body["ever"]["lifetimeValue"], body["ever"]["orders"]) == (
        Decimal("67.50"),
        2,
    )
    assert body["ever"]["averageOrderValue"] == Decimal("33.75")
    assert body["ever"]["firstOrderAt"] == "2024-02-10T12:00:00.000Z"
    assert body["total"]["netSales"] == Decimal("17.50")


def test_a_customers_orders_tell_what_was_taken_back_of_them(ask: Ask) -> None:
    apply(*example())

    newest, oldest = ask("customers/1", **MARCH).body["orders"]

    assert (newest["orderId"], oldest["orderId"]) == (2, 1)
    assert str(newest["netSales"]) == "67.50"
    [taken] = newest["reversals"]
    assert (taken["kind"], taken["units"], str(taken["amount"])) == (
        *("refund", 1, "22.50"),
    )
    assert taken["occurredAt"] == "2024-03-03T08:00:00.000Z"


def test_a_customers_orders_come_page_by_page_the_newest_first(ask: Ask) -> None:
    apply(*(order(n, 1, "2024-03-05", line(1, "5.00")) for n in range(1, 4)))
    apply(order(9, 1, "2020-03-05", line(1, "5.00")))

    first = ask("customers/1", **MARCH, limit="2").body
    rest = ask("customers/1", **MARCH, limit="2", cursor=first["next"]).body

    told = [row["orderId"] for body in (first, rest) for row in body["orders"]]
    assert told == [3, 2, 1, 9]
    assert rest["next"] is None


def test_a_reversal_before_its_sale_is_no_order_yet(ask: Ask) -> None:
    placed = order(1, 1, "2024-03-05", line(1, "5.00"))
    apply(refund(placed, "2024-03-06", *placed.lines))

    body = ask("customers/1", **MARCH).body

    assert (body["orders"], body["ever"]["orders"]) == ([], 0)
    assert (body["total"]["netSales"], body["total"]["orders"]) == (Decimal("-5.00"), 0)
    assert ask("cohorts", **MARCH).body["rows"][0]["customers"] == 0


def test_a_cancelled_order_is_told_as_cancelled(ask: Ask) -> None:
    placed = order(1, 1, "2024-03-05", line(2, "5.00"))
    apply(placed, cancel(placed, "2024-05-05"))

    [row] = ask("customers/1", **MARCH).body["orders"]

    assert (row["cancelled"], str(row["netSales"])) == (True, "0.00")
