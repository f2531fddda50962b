"""Customers and cohorts of random shops, by plain Python."""

import random
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from queries_app.responses import instant
from tests.queries_app.api import Ask
from tests.queries_app.reports.comparing import (
    booked,
    net,
    random_question,
    shop,
    totalled,
)
from tests.queries_app.reports.oracle import CENT, Line, Oracle, figures, part
from tests.queries_app.reports.shop import CUSTOMERS

QUESTIONS = 5


@pytest.mark.parametrize("seed", [7, 8])
def test_customers_and_cohorts_are_what_their_lines_add_up_to(
    ask: Ask, seed: int
) -> None:
    oracle = shop(seed)
    dice = random.Random(seed)
    for _ in range(QUESTIONS):
        query = random_question(dice)
        for number in CUSTOMERS:
            a_customer(oracle, number, query, ask(f"customers/{number}", **query).body)
        query.pop("compare", None)
        some_cohorts(oracle, query, ask("cohorts", **query).body)


def a_customer(
    oracle: Oracle, number: int, query: dict[str, str], told: dict[str, Any]
) -> None:
    own = [line for line in oracle.lines if line.customer == number]
    sales = [line for line in own if line.is_sale]
    orders = sorted({(line.placed, line.order) for line in sales}, reverse=True)
    totalled(oracle, query, told, lambda line: line.customer == number)
    worth = net(own)
    assert told["ever"] == {
        "lifetimeValue": worth,
        "orders": len(orders),
        "averageOrderValue": part(worth, len(orders), CENT),
        "firstOrderAt": instant(orders[-1][0]) if orders else None,
        "lastOrderAt": instant(orders[0][0]) if orders else None,
    }
    assert [row["orderId"] for row in told["orders"]] == [order for _, order in orders]
    for row in told["orders"]:
        an_order([line for line in own if line.order == row["orderId"]], row)


def an_order(lines: Sequence[Line], told: dict[str, Any]) -> None:
    summed = figures(lines)
    for name in ("grossSales", "discounts", "salesReversals", "netSales", "units"):
        assert told[name] == summed[name]
    assert told["cancelled"] == bool(summed["cancelledOrders"])
    taken = [
        (each["kind"], each["units"], each["amount"]) for each in told["reversals"]
    ]
    made = sorted({(line.made, line.kind) for line in lines if not line.is_sale})
    assert taken == [
        (
            kind,
            sum(line.quantity for line in lines if line.kind == kind),
            net(line for line in lines if line.kind == kind and line.kind != "sale")
            * -1,
        )
        for _, kind in made
    ]


def some_cohorts(oracle: Oracle, query: dict[str, str], told: dict[str, Any]) -> None:
    start, end = (datetime.fromisoformat(told["meta"][name]) for name in ("from", "to"))
    zone = ZoneInfo(query["tz"])
    sales = [line for line in oracle.lines if line.is_sale]
    first = {
        number: min(line.placed for line in sales if line.customer == number)
        for number in {line.customer for line in sales}
    }
    inside = booked(oracle, query, told["meta"])
    months = [month(datetime.fromisoformat(row["start"]), zone) for row in told["rows"]]
    assert months == list(range(month(start, zone), months[-1] + 1))
    for row, cohort in zip(told["rows"], months, strict=True):
        members = {
            number
            for number, at in first.items()
            if start <= at < end and month(at, zone) == cohort
        }
        assert row["customers"] == len(members)
        cells = [
            a_cell(
                [line for line in inside if line.customer in members], at, query, zone
            )
            for at in range(cohort, months[-1] + 1)
        ]
        assert [
            (cell["customers"], cell["netSales"]) for cell in row["months"]
        ] == cells
        for cell in row["months"]:
            assert cell["share"] == part(Decimal(cell["customers"]), len(members))
            each = part(cell["netSales"], len(members), CENT)
            assert cell["netSalesPerCustomer"] == each


def a_cell(
    lines: Sequence[Line], at: int, query: dict[str, str], zone: ZoneInfo
) -> tuple[int, Decimal]:
    """How many ordered in the month, and the net sales up to its end."""
    by_order = query["attribution"] == "order_date"
    ordered_in = {
        line.customer
        for line in lines
        if line.is_sale and month(line.placed, zone) == at
    }
    until = [
        line
        for line in lines
        if month(line.placed if by_order else line.made, zone) <= at
    ]
    return len(ordered_in), net(until)


def month(at: datetime, zone: ZoneInfo) -> int:
    shown = at.astimezone(zone)
    return shown.year * 12 + shown.month
