"""The summary, by the example of docs/reference/metrics.md: computed by hand."""

from decimal import Decimal
from typing import Any

import pytest

from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, cancel, example, line, order, refund

MARCH = {"from": "2024-03-01", "to": "2024-04-01"}
EVENT_DATE = {
    "grossSales": "161.00",
    "discounts": "10.99",
    "salesReversals": "72.50",
    "netSales": "77.51",
    "orders": "4",
    "cancelledOrders": "0",
    "units": "8",
    "unitsReversed": "2",
    "netUnits": "6",
    "averageOrderValue": "19.38",
    "averageOrderValueGross": "37.50",
    "customers": "3",
    "newCustomers": "2",
    "returningCustomers": "1",
    "returningCustomerRate": "0.6667",
    "repeatPurchaseRate": "0.3333",
}
ORDER_DATE = EVENT_DATE | {
    "salesReversals": "52.51",
    "netSales": "97.50",
    "cancelledOrders": "1",
    "unitsReversed": "3",
    "netUnits": "5",
    "averageOrderValue": "24.38",
}
NOTHING = {
    "grossSales": "0.00",
    "netSales": "0.00",
    "orders": "0",
    "averageOrderValue": "None",
    "averageOrderValueGross": "None",
    "customers": "0",
    "returningCustomerRate": "None",
    "repeatPurchaseRate": "None",
}


def shown(figures: dict[str, Any]) -> dict[str, str]:
    """As they are written, decimals included."""
    return {name: str(value) for name, value in figures.items()}


def total(ask: Ask, **query: str) -> dict[str, Any]:
    answer = ask("summary", **{**MARCH, **query})
    assert answer.status == 200, answer.text
    found: dict[str, Any] = answer.body["total"]
    return found


@pytest.mark.parametrize(
    ("attribution", "expected"),
    [("event_date", EVENT_DATE), ("order_date", ORDER_DATE)],
)
def test_every_metric_is_what_its_definition_says(
    ask: Ask, attribution: str, expected: dict[str, str]
) -> None:
    apply(*example())

    assert shown(total(ask, attribution=attribution)) == expected


def test_a_reversal_counts_when_it_was_made_unless_told_otherwise(ask: Ask) -> None:
    apply(*example())

    assert shown(total(ask)) == EVENT_DATE


def test_a_cancellation_counts_in_the_month_in_which_it_was_made(ask: Ask) -> None:
    apply(*example())

    april = total(ask, **{"from": "2024-04-01", "to": "2024-05-01"})

    assert (april["cancelledOrders"], april["orders"]) == (1, 0)
    assert (april["salesReversals"], april["netSales"]) == (
        Decimal("30.01"),
        Decimal("-30.01"),
    )
    assert april["averageOrderValue"] is None


def test_no_sales_are_zeros_and_what_is_divided_by_them_is_null(ask: Ask) -> None:
    assert NOTHING.items() <= shown(total(ask)).items()


def test_growth_is_told_beside_the_period_before_and_null_on_a_zero_base(
    ask: Ask,
) -> None:
    apply(*example())

    march = total(ask, compare="previous_period")

    assert march["previous"]["grossSales"] == Decimal("50.00")
    assert (march["growth"]["grossSales"], march["growth"]["orders"]) == (
        Decimal("2.2200"),
        Decimal("3.0000"),
    )
    assert march["growth"]["discounts"] is None
    assert march["growth"]["returningCustomerRate"] == Decimal("-0.3333")


def test_growth_from_a_loss_has_the_sign_of_the_change(ask: Ask) -> None:
    old = order(1, 1, "2023-01-01", line(1, "40.00"))
    apply(old, refund(old, "2024-02-20", line(1, "40.00")))
    apply(order(2, 1, "2024-03-02", line(1, "10.00")))

    growth = total(ask, compare="previous_period")["growth"]

    assert growth["netSales"] == Decimal("1.2500")  # from -40 to 10


def test_an_average_is_rounded_half_up_to_the_cent(ask: Ask) -> None:
    prices = ("0.01", "0.02", "0.01", "0.01", "0.01", "0.01", "0.01", "0.04")
    for number, price in enumerate(prices, 1):  # 0.12 / 8 = 0.015
        apply(order(number, number, "2024-03-05", line(1, price)))

    assert total(ask)["averageOrderValue"] == Decimal("0.02")


@pytest.mark.parametrize("attribution", ["event_date", "order_date"])
def test_a_partial_and_then_a_full_refund_take_back_all_and_no_more(
    ask: Ask, attribution: str
) -> None:
    sold = order(1, 1, "2024-03-05", line(3, "10.00", "1.00"))
    apply(
        refund(sold, "2024-03-06", line(1, "10.00", "0.33")),
        sold,
        refund(sold, "2024-03-07", line(2, "10.00", "0.67")),
    )

    march = total(ask, attribution=attribution)

    assert (march["salesReversals"], march["netSales"], march["netUnits"]) == (
        Decimal("29.00"),
        Decimal("0.00"),
        0,
    )
    assert (march["orders"], march["cancelledOrders"]) == (1, 0)


def test_a_reversal_whose_order_is_still_on_its_way_is_no_order(ask: Ask) -> None:
    sold = order(1, 1, "2024-03-05", line(1, "10.00"))
    apply(cancel(sold, "2024-03-06"))

    march = total(ask)

    assert (march["orders"], march["customers"]) == (0, 0)
    assert (march["cancelledOrders"], march["netSales"]) == (1, Decimal("-10.00"))


def test_a_customer_who_cancelled_did_order(ask: Ask) -> None:
    sold = order(1, 1, "2024-02-05", line(1, "10.00"))
    apply(sold, cancel(sold, "2024-02-06"))
    apply(order(2, 1, "2024-03-05", line(1, "10.00")))

    march = total(ask)

    assert (march["newCustomers"], march["returningCustomers"]) == (0, 1)
    assert march["returningCustomerRate"] == 1


def test_the_first_order_of_a_new_customer_may_be_the_first_instant(ask: Ask) -> None:
    apply(order(1, 1, "2024-03-01T00:00", line(1, "10.00")))
    apply(order(2, 2, "2024-04-01T00:00", line(1, "10.00")))  # not in March

    assert (total(ask)["customers"], total(ask)["newCustomers"]) == (1, 1)


def test_a_local_month_holds_what_was_sold_in_it(ask: Ask) -> None:
    apply(order(1, 1, "2024-03-31T23:59:59+02:00", line(1, "1.00")))
    apply(order(2, 1, "2024-04-01T00:00:00+02:00", line(1, "2.00")))
    apply(order(3, 1, "2024-03-01T00:00:00+01:00", line(1, "4.00")))
    apply(order(4, 1, "2024-02-29T23:59:59+01:00", line(1, "8.00")))

    assert total(ask, tz="Europe/Berlin")["netSales"] == Decimal("5.00")


def test_meta_repeats_the_question_as_it_was_understood(ask: Ask) -> None:
    query = {**MARCH, "tz": "Europe/Berlin", "compare": "previous_year"}

    meta = ask("summary", **query).body["meta"]

    assert meta["from"] == "2024-03-01T00:00:00+01:00"
    assert meta["to"] == "2024-04-01T00:00:00+02:00"
    assert meta["compare"] == {
        "mode": "previous_year",
        "from": "2023-03-01T00:00:00+01:00",
        "to": "2023-04-01T00:00:00+02:00",
    }
    assert (meta["tz"], meta["attribution"], meta["labels"], meta["definitions"]) == (
        "Europe/Berlin",
        "event_date",
        "as_sold",
        1,
    )
