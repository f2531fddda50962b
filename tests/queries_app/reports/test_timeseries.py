"""A series: every local bucket, however long the clocks make it."""

from decimal import Decimal
from typing import Any

import pytest

from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, example, line, order

SPRING = {"from": "2024-03-31", "to": "2024-04-01"}
AUTUMN = {"from": "2024-10-27", "to": "2024-10-28"}


def series(ask: Ask, **query: str) -> list[dict[str, Any]]:
    answer = ask("sales/timeseries", **query)
    assert answer.status == 200, answer.text
    found: list[dict[str, Any]] = answer.body["data"]
    return found


def column(data: list[dict[str, Any]], name: str) -> list[Any]:
    return [bucket[name] for bucket in data]


def test_days_without_sales_are_there_with_zeros(ask: Ask) -> None:
    apply(*example())

    days = series(ask, **{"from": "2024-03-01", "to": "2024-03-05"})

    assert column(days, "start") == [
        f"2024-03-0{day}T00:00:00+00:00" for day in (1, 2, 3, 4)
    ]
    assert column(days, "orders") == [2, 1, 0, 0]
    assert column(days, "netSales") == [
        Decimal(text) for text in ("110.00", "-19.99", "-22.50", "0.00")
    ]
    assert column(days, "averageOrderValue") == [
        *(Decimal("55.00"), Decimal("-19.99"), None, None)
    ]
    assert column(days, "partial") == [False] * 4


def test_reversals_may_be_told_with_the_day_of_their_order(ask: Ask) -> None:
    apply(*example())
    query = {"from": "2024-03-01", "to": "2024-03-04", "attribution": "order_date"}

    days = series(ask, **query)

    assert column(days, "netSales") == [
        Decimal(text) for text in ("87.50", "0.00", "0.00")
    ]
    assert column(days, "cancelledOrders") == [0, 1, 0]


def test_the_total_is_that_of_the_summary(ask: Ask) -> None:
    apply(*example())
    query = {"from": "2024-03-01", "to": "2024-04-01", "compare": "previous_period"}

    summary = ask("summary", **query).body["total"]
    total = ask("sales/timeseries", **query).body["total"]

    for part in (total, total["previous"], total["growth"]):
        assert part["netSales"] is not None
    assert summary | total == summary | {
        "previous": total["previous"],
        "growth": total["growth"],
    }
    assert total["previous"].items() <= summary["previous"].items()
    assert total["growth"].items() <= summary["growth"].items()


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", SPRING, 23),
        ("Europe/Berlin", AUTUMN, 25),
        ("UTC", SPRING, 24),
        ("Asia/Kathmandu", SPRING, 24),
        # Half an hour is skipped from 2:00, and later shown again from 1:30.
        ("Australia/Lord_Howe", {"from": "2024-10-06", "to": "2024-10-07"}, 24),
        ("Australia/Lord_Howe", {"from": "2024-04-07", "to": "2024-04-08"}, 25),
        # From 2:45 to 3:45, and from 3:45 back: in the middle of hours.
        ("Pacific/Chatham", {"from": "2024-09-29", "to": "2024-09-30"}, 24),
        ("Pacific/Chatham", {"from": "2024-04-07", "to": "2024-04-08"}, 26),
    ],
)
def test_a_day_has_as_many_hours_as_the_clocks_show(
    ask: Ask, zone: str, day: dict[str, str], hours: int
) -> None:
    data = series(ask, interval="hour", tz=zone, **day)

    assert len(data) == hours == len({bucket["start"] for bucket in data})
    assert column(data, "end")[:-1] == column(data, "start")[1:]
    assert column(data, "partial") == [False] * hours


def test_an_hour_that_is_shown_twice_is_two_buckets(ask: Ask) -> None:
    apply(order(1, 1, "2024-10-27T02:30:00+02:00", line(1, "1.00")))
    apply(order(2, 1, "2024-10-27T02:30:00+01:00", line(1, "2.00")))

    data = series(ask, interval="hour", tz="Europe/Berlin", **AUTUMN)

    sold = {b["start"]: b["netSales"] for b in data if b["orders"]}
    assert sold == {
        "2024-10-27T02:00:00+02:00": 1,
        "2024-10-27T02:00:00+01:00": 2,
    }


def test_half_an_hour_that_is_shown_twice_is_a_bucket_of_its_own(ask: Ask) -> None:
    apply(order(1, 1, "2024-04-07T01:45:00+11:00", line(1, "1.00")))
    apply(order(2, 1, "2024-04-07T01:45:00+10:30", line(1, "2.00")))
    day = {"from": "2024-04-07", "to": "2024-04-08"}

    data = series(ask, interval="hour", tz="Australia/Lord_Howe", **day)

    assert [(b["start"], b["netSales"]) for b in data if b["orders"]] == [
        ("2024-04-07T01:00:00+11:00", 1),
        ("2024-04-07T01:30:00+10:30", 2),
    ]


def test_hours_begin_where_the_zone_says(ask: Ask) -> None:
    apply(order(1, 1, "2024-05-01T12:14:59Z", line(1, "1.00")))
    apply(order(2, 1, "2024-05-01T12:15:00Z", line(1, "2.00")))
    query = {"from": "2024-05-01T17:00:00+05:45", "to": "2024-05-01T19:00:00+05:45"}

    data = series(ask, interval="hour", tz="Asia/Kathmandu", **query)

    assert column(data, "netSales") == [1, 2]


def test_weeks_begin_on_monday_and_the_range_cuts_them(ask: Ask) -> None:
    data = series(ask, interval="week", **{"from": "2024-03-01", "to": "2024-03-18"})

    assert column(data, "start") == [
        f"2024-03-{day}T00:00:00+00:00" for day in ("01", "04", "11")
    ]
    assert column(data, "partial") == [True, False, False]


def test_months_are_local_and_the_last_one_may_be_cut(ask: Ask) -> None:
    query = {"from": "2024-02-01", "to": "2024-04-02", "tz": "Europe/Berlin"}

    data = series(ask, interval="month", **query)

    assert column(data, "start") == [
        "2024-02-01T00:00:00+01:00",
        "2024-03-01T00:00:00+01:00",
        "2024-04-01T00:00:00+02:00",
    ]
    assert column(data, "partial") == [False, False, True]


@pytest.mark.parametrize(
    ("to", "interval"),
    [
        ("2024-01-03", "hour"),
        ("2024-01-04", "day"),
        ("2024-04-02", "day"),
        ("2024-04-03", "week"),
        ("2026-01-01", "week"),
        ("2027-01-01", "month"),
    ],
)
def test_the_length_of_the_range_decides_the_interval(
    ask: Ask, to: str, interval: str
) -> None:
    query = {"from": "2024-01-01", "to": to, "tz": "Europe/Berlin"}

    assert ask("sales/timeseries", **query).body["meta"]["interval"] == interval


@pytest.mark.parametrize("hours", ["07", "08"])
def test_at_most_2000_buckets_are_told(ask: Ask, hours: str) -> None:
    """83 days and 8 hours are 2,000 hours."""
    query = {"from": "2024-01-01T00:00:00Z", "to": f"2024-03-24T{hours}:00:00Z"}

    assert len(series(ask, interval="hour", **query)) == 1992 + int(hours)


def test_more_buckets_are_refused(ask: Ask) -> None:
    query = {"from": "2024-01-01T00:00:00Z", "to": "2024-03-24T08:15:00Z"}

    answer = ask("sales/timeseries", interval="hour", **query)

    assert answer.is_problem(400)
    assert answer.body["parameter"] == "interval"


def test_a_bucket_is_told_beside_the_one_before_it(ask: Ask) -> None:
    apply(*example())
    query = {"from": "2024-03-02", "to": "2024-03-04", "compare": "previous_period"}

    second, third = series(ask, interval="day", **query)

    assert second["previous"]["start"] == "2024-02-29T00:00:00+00:00"
    assert second["growth"]["grossSales"] is None
    assert third["previous"]["start"] == "2024-03-01T00:00:00+00:00"
    assert third["growth"]["netSales"] == Decimal("-1.2045")  # from 110 to -22.50


def test_what_the_buckets_are_compared_with_adds_up(ask: Ask) -> None:
    for number, day in enumerate(("2023-02-28", "2023-03-01", "2024-02-28"), 1):
        apply(order(number, 1, day, line(1, "1.00")))
    query = {"from": "2024-02-27", "to": "2024-03-02", "compare": "previous_year"}

    answer = ask("sales/timeseries", **query).body

    before = [bucket["previous"] for bucket in answer["data"]]
    assert column(before, "orders") == [0, 1, 0, 1]  # the 29th has no counterpart
    assert answer["total"]["previous"]["orders"] == 2
