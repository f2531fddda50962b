"""The first products by sales are found without looking at all of them."""

import random
import re
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from projections_app import projector
from projections_app.models import rollups
from queries_app import trust
from queries_app.reports import foremost, products
from queries_app.reports.listing import listing
from queries_app.reports.question import Question
from queries_app.reports.ranges import Period
from queries_app.reports.ranking import MEASURES
from queries_app.reports.snapshot import Statement, rows
from tests.messaging.builders import body_of
from tests.queries_app.api import Ask
from tests.queries_app.reports.oracle import Oracle
from tests.queries_app.reports.sales import apply, order
from tests.queries_app.reports.shop import Shop
from tests.queries_app.reports.test_lists_by_oracle import (
    Asked,
    all_pages,
    expected,
    question,
)
from tests.queries_app.reports.test_top_lists import sold

QUESTIONS = 24
SPRING = {"from": "2024-02-01", "to": "2024-04-01"}
SPARED = re.compile(r"One-Time Filter: \(NOT .*\n(.*\n){1,5}.*Limit \(never executed\)")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of each month only one product more than the page has."""
    monkeypatch.setattr(foremost, "PLENTY", 1)


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("seed", range(2))
def test_every_page_is_that_of_all_products(ask: Ask, seed: int) -> None:
    shop, dice = Shop(seed), random.Random(seed)
    assert projector.apply([body_of(event) for event in shop.events]) == []
    oracle = Oracle(shop.events)

    for _ in range(QUESTIONS):
        query = question(dice, "customers")  # these are never searched for
        query["order"] = dice.choice(["-net_sales", "-gross_sales"])
        asked = Asked(oracle, "products", query)
        pages = list(all_pages(ask, "products", query))
        found = [row for page in pages for row in page["rows"]]
        assert found == expected(asked, pages[0]["meta"]), query


@pytest.mark.usefixtures("few")
def test_one_that_is_never_among_the_first_of_a_month_may_be_the_first_of_all(
    ask: Ask,
) -> None:
    for number, month in ((1, "02"), (2, "03")):
        first, second = number * 10, number * 10 + 1
        sales = [
            sold(first, "10.00"),
            sold(second, "9.00", no=2),
            sold(7, "8.00", no=3),
        ]
        apply(order(number, 1, f"2024-{month}-15", *sales))

    [best] = ask("products/top", **SPRING, limit="1").body["rows"]

    assert (best["productId"], best["netSales"]) == (7, 16)


def test_one_that_was_sold_in_many_categories_may_be_the_first(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(foremost, "PLENTY", 2)  # of each month four
    parts = [sold(7, "0.40", no=n, category=f"c{n}") for n in range(1, 31)]
    prices = {11: "10.00", 12: "10.00", 13: "1.00", 14: "1.00"}
    others = [sold(n, price, no=n + 30) for n, price in prices.items()]
    apply(order(1, 1, "2024-02-15", *parts, *others))

    [best] = ask("products/top", **SPRING, limit="1").body["rows"]

    assert (best["productId"], best["netSales"]) == (7, Decimal("12.00"))


def test_all_products_are_looked_at_only_where_few_are_not_proven_to_be_enough() -> (
    None
):
    apply(order(1, 1, "2024-02-15", *(sold(n, "1.00", no=n) for n in range(1, 41))))
    apply(order(2, 1, "2024-02-16", *(sold(n, "99.00", no=n) for n in (1, 2, 3))))

    assert SPARED.search(plan(limit=2))
    assert not SPARED.search(plan(limit=3))


def plan(limit: int) -> str:
    start, end = (datetime(2024, month, 1, tzinfo=UTC) for month in (2, 4))
    asked = Question(
        period=Period(start, end, ZoneInfo("UTC")),
        comparison=None,
        attribution="event_date",
        labels="as_sold",
        own={"limit": str(limit)},
        path="",
        state=trust.NOTHING,  # type: ignore[arg-type]  # it is not asked
    )
    sql, values = products.statement(asked, listing(asked, measures=MEASURES))
    explain = f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {sql}"
    return "\n".join(line for [line] in rows(Statement(explain, values)))


def test_both_sides_divide_a_magnitude_into_as_many_steps() -> None:
    """Else the bound that spares the rest of the products would be no bound."""
    assert foremost.STEPS == rollups.STEPS
