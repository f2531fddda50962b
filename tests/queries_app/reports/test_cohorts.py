"""Cohorts, by hand."""

from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, line, order, refund
from tests.queries_app.reports.test_top_lists import MARCH


def test_cohorts_by_hand(ask: Ask) -> None:
    """Two begin in February; one of them orders in March, when 10.00 comes back."""
    first = order(1, 1, "2024-02-10", line(1, "50.00"))
    apply(
        first,
        order(2, 2, "2024-02-11", line(1, "30.00")),
        order(3, 2, "2024-03-11", line(1, "20.00")),
        order(4, 3, "2024-03-12", line(1, "7.00")),
        refund(first, "2024-03-20", line(1, "10.00")),
    )
    query = {"from": "2024-02-01", "to": "2024-04-01"}

    february, march = ask("cohorts", **query).body["rows"]

    assert (february["customers"], march["customers"]) == (2, 1)
    told = [[str(value) for value in cell.values()] for cell in february["months"]]
    assert told == [
        ["0", "2", "1.0000", "80.00", "40.00"],
        ["1", "1", "0.5000", "90.00", "45.00"],  # 80.00 + 20.00 - 10.00
    ]
    by_order = ask("cohorts", **query, attribution="order_date").body["rows"][0]
    sums = [str(cell["netSales"]) for cell in by_order["months"]]
    assert sums == ["70.00", "90.00"]


def test_a_cohort_begins_with_the_local_month(ask: Ask) -> None:
    """20:00 UTC on the last of February is March in Kathmandu."""
    apply(order(1, 1, "2024-02-29T20:00", line(1, "5.00")))
    query = {"from": "2024-02-01", "to": "2024-04-01", "tz": "Asia/Kathmandu"}

    assert [row["customers"] for row in ask("cohorts", **query).body["rows"]] == [0, 1]


def test_a_customer_of_before_the_range_is_in_no_cohort_of_it(ask: Ask) -> None:
    apply(order(1, 1, "2024-01-05", line(1, "5.00")))
    apply(order(2, 1, "2024-03-05", line(1, "5.00")))

    assert ask("cohorts", **MARCH).body["rows"][0]["customers"] == 0


def test_who_is_only_known_to_have_given_something_back_has_not_come_back(
    ask: Ask,
) -> None:
    """The sale of the second order is still on its way."""
    second = order(2, 1, "2024-03-05", line(1, "5.00"))
    apply(order(1, 1, "2024-02-05", line(1, "5.00")))
    apply(refund(second, "2024-03-06", *second.lines))
    query = {"from": "2024-02-01", "to": "2024-04-01"}

    cohort = ask("cohorts", **query).body["rows"][0]

    assert [cell["customers"] for cell in cohort["months"]] == [1, 0]


def test_cohorts_that_nobody_is_in_have_no_shares(ask: Ask) -> None:
    [cell] = ask("cohorts", **MARCH).body["rows"][0]["months"]

    assert (cell["share"], cell["netSalesPerCustomer"]) == (None, None)
