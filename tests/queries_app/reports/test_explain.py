"""What is behind a figure adds up to it: every metric, of random shops."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from projections_app import projector
from queries_app.reports import behind
from queries_app.reports.contributions import METRICS
from tests.messaging.builders import body_of
from tests.queries_app.api import Answer, Ask
from tests.queries_app.reports.oracle import CENT, Figures, Line, Oracle, figures, part
from tests.queries_app.reports.sales import apply, cancel, example, line, order
from tests.queries_app.reports.shop import Shop
from tests.queries_app.reports.test_lists_by_oracle import question

RANGE = ("from", "to", "tz", "attribution", "labels")
ALL_OF_2024 = {"from": "2024-01-01", "to": "2025-01-01", "limit": "500"}
FILTERS: Sequence[Mapping[str, str]] = (
    {},
    {"product": "3"},
    {"category": "Food"},
    {"category": "Toys", "labels": "current"},
    {"category": "Food", "labels": "current"},
    {"category": "Ähre/50%", "customer": "2"},
    {"customer": "5"},
    {"order": "17"},
)


@pytest.mark.parametrize(
    ("seed", "few", "attribution"),
    [(31, behind.FEW, "event_date"), (32, 0, "order_date")],
)
def test_the_contributions_add_up_to_the_figure_of_the_report(
    ask: Ask, monkeypatch: pytest.MonkeyPatch, seed: int, few: int, attribution: str
) -> None:
    """With both ways to find the lines of a category."""
    monkeypatch.setattr(behind, "FEW", few)
    shop = Shop(seed)
    assert projector.apply([body_of(event) for event in shop.events]) == []
    oracle, dice = Oracle(shop.events), random.Random(seed)

    asked = question(dice, "customers") | {"attribution": attribution}
    query = {name: asked[name] for name in RANGE if name in asked}
    for filters in FILTERS:
        for metric in METRICS:
            an_explanation(oracle, metric, query | filters, ask)


def an_explanation(
    oracle: Oracle, metric: str, query: dict[str, str], ask: Ask
) -> None:
    answer = ask("explain", metric=metric, limit="500", **query)
    assert answer.status == 200, answer.text
    told = answer.body
    expected = figure(oracle, metric, query, told["meta"])
    assert told["total"] == expected, (metric, query)
    assert added(told) == expected, (metric, query)
    if not query.keys() - {*RANGE}:
        summary = ask("summary", **query).body["total"]
        assert summary[camel(metric)] == expected


def added(told: dict[str, Any]) -> Decimal | int | None:
    total = sum(each["contribution"] for each in told["lines"])
    if told["denominator"] is None:
        return Decimal(total)
    whole = sum(each["denominator"] for each in told["lines"])
    assert (total, whole) == (told["numerator"], told["denominator"])
    unit = CENT if told["metric"].startswith("average") else Decimal("0.0001")
    return part(Decimal(total), whole, unit)


# --- the same in plain Python ---------------------------------------------------------
def figure(
    oracle: Oracle, metric: str, query: dict[str, str], meta: dict[str, Any]
) -> Any:
    start, end = (datetime.fromisoformat(meta[name]) for name in ("from", "to"))
    booked = oracle.booked(meta["attribution"], start, end)
    own = [each for each in booked if is_own(oracle, each, query, meta["labels"])]
    return (figures(own) | of_customers(oracle, own, start))[camel(metric)]


def is_own(oracle: Oracle, one: Line, query: dict[str, str], labels: str) -> bool:
    values = {
        "product": one.product,
        "category": oracle.category(labels)(one),
        "customer": one.customer,
        "order": one.order,
    }
    return all(
        str(value) == query[name] for name, value in values.items() if name in query
    )


def of_customers(oracle: Oracle, own: Sequence[Line], start: datetime) -> Figures:
    here = Counter(customer for customer, _ in {sale(each) for each in sales(own)})
    ever = Counter(
        customer for customer, _ in {sale(each) for each in sales(oracle.lines)}
    )
    first = {
        each: min(line.placed for line in oracle.lines if line.customer == each)
        for each in here
    }
    new = sum(first[each] >= start for each in here)
    return {
        "customers": len(here),
        "newCustomers": new,
        "returningCustomers": len(here) - new,
        "returningCustomerRate": share(ever[each] > 1 for each in here),
        "repeatPurchaseRate": share(here[each] > 1 for each in here),
    }


def sales(lines: Sequence[Line]) -> list[Line]:
    return [each for each in lines if each.is_sale]


def sale(line: Line) -> tuple[int, int]:
    return line.customer, line.order


def share(which: Any) -> Decimal | None:
    found = list(which)
    return part(Decimal(sum(found)), len(found))


def camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))


# --- one by one -----------------------------------------------------------------------
def explained(ask: Ask, metric: str, **query: str) -> Answer:
    return ask("explain", metric=metric, **{**ALL_OF_2024, **query})


def test_a_line_names_its_event_its_order_and_what_was_sold(ask: Ask) -> None:
    sold = order(1, 2, "2024-03-05T10:00", line(2, "10.00", "1.00"))
    apply(sold, cancel(sold, "2024-04-01T08:00"))

    taken, placed = explained(ask, "net_sales").body["lines"]

    assert (placed["contribution"], taken["contribution"]) == (19, -19)
    del placed["eventId"], placed["recordedAt"]
    assert placed == {
        "lineNo": 1,
        "kind": "sale",
        "orderId": 1,
        "customerId": 2,
        "occurredAt": "2024-03-05T10:00:00.000Z",
        "orderPlacedAt": "2024-03-05T10:00:00.000Z",
        "productId": 7,
        "productName": "Mouse",
        "sku": None,
        "category": "Electronics",
        "quantity": 2,
        "gross": Decimal("20.00"),
        "discount": Decimal("1.00"),
        "amount": Decimal("19.00"),
        "contribution": Decimal("19.00"),
        "denominator": 0,
    }


def test_an_order_is_counted_by_one_of_its_lines(ask: Ask) -> None:
    apply(order(1, 2, "2024-03-05T10:00", line(1, "5.00"), line(1, "6.00", no=2)))

    told = explained(ask, "orders").body

    assert told["total"] == 1
    assert [each["lineNo"] for each in told["lines"]] == [1]


@pytest.mark.parametrize("metric", ["net_sales", "orders", "customers"])
@pytest.mark.parametrize("attribution", ["event_date", "order_date"])
def test_pages_are_the_whole_cut_into_parts(
    ask: Ask, metric: str, attribution: str
) -> None:
    apply(*example())
    whole = explained(ask, metric, attribution=attribution).body["lines"]

    found, cursor = [], {}
    while len(found) < len(whole):
        page = explained(ask, metric, attribution=attribution, limit="2", **cursor).body
        found += page["lines"]
        cursor = {"cursor": page["next"]}

    assert found == whole
    assert page["next"] is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("metric", "profit"),
        ("product", "0"),
        ("order", "seven"),
        ("compare", "previous_year"),
        ("cursor", "WyIiLCIxIiwxXQ"),
        ("interval", "day"),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Ask, name: str, value: str) -> None:
    answer = ask("explain", **{"metric": "net_sales", name: value})

    assert answer.is_problem(400)
    assert answer.body["parameter"] == name


def test_a_figure_without_a_name_is_refused(ask: Ask) -> None:
    assert ask("explain").is_problem(400)
