"""A product, a category: of random shops, by plain Python."""

import random
from datetime import datetime
from typing import Any
from urllib.parse import quote

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
from tests.queries_app.reports.oracle import Figures, Oracle, by, ordered, part
from tests.queries_app.reports.shop import CATEGORIES, PRODUCTS

QUESTIONS = 5


@pytest.mark.parametrize("seed", [7, 8])
def test_products_and_categories_are_what_their_lines_add_up_to(
    ask: Ask, seed: int
) -> None:
    oracle = shop(seed)
    dice = random.Random(seed)
    for _ in range(QUESTIONS):
        query = random_question(dice)
        for number in PRODUCTS:
            a_product(oracle, number, query, ask(f"products/{number}", **query).body)
        for name in CATEGORIES:
            path = f"categories/{quote(name, safe='')}/report"
            a_category(oracle, name, query, ask(path, **query).body)


def a_product(
    oracle: Oracle, number: int, query: dict[str, str], told: dict[str, Any]
) -> None:
    lines = booked(oracle, query, told["meta"])
    own = [line for line in lines if line.product == number]
    name, category, sku = oracle.label(number, query["labels"], lines)
    assert (told["name"], told["category"], told["sku"]) == (name, category, sku)
    totalled(oracle, query, told, lambda line: line.product == number)
    category_of = oracle.category(query["labels"])
    inside = [line for line in lines if category_of(line) == category]
    of_it = net(line for line in own if category_of(line) == category)
    assert told["shareOfCategory"] == (part(of_it, net(inside)) if category else None)
    start, end = (datetime.fromisoformat(told["meta"][name]) for name in ("from", "to"))
    assert told["soldUnder"] == sold_under(oracle, number, start, end)


def sold_under(
    oracle: Oracle, number: int, start: datetime, end: datetime
) -> list[Figures]:
    sold: dict[tuple[str, str, str | None], list[datetime]] = {}
    ever = [line for line in oracle.lines if line.product == number and line.is_sale]
    ever.sort(key=lambda line: (line.made, line.order, line.no))
    for line in [line for line in ever if start <= line.made < end] or ever[-1:]:
        sold.setdefault((line.name, line.category, line.sku), []).append(line.made)
    rows = [
        {
            "name": name,
            "category": category,
            "sku": sku,
            "firstSoldAt": instant(min(at)),
            "lastSoldAt": instant(max(at)),
        }
        for (name, category, sku), at in sold.items()
    ]
    rows.sort(key=lambda row: (str(row["name"]), str(row["category"])))
    return sorted(rows, key=lambda row: str(row["lastSoldAt"]), reverse=True)


def a_category(
    oracle: Oracle, name: str, query: dict[str, str], told: dict[str, Any]
) -> None:
    category_of = oracle.category(query["labels"])
    lines = booked(oracle, query, told["meta"])
    inside = [line for line in lines if category_of(line) == name]
    totalled(oracle, query, told, lambda line: category_of(line) == name)
    assert told["shareOfAll"] == part(net(inside), net(lines))
    products = by(lambda line: line.product, inside)
    best = ordered(products, "netSales", falling=True)
    assert [row["productId"] for row in told["products"]] == best
    for row in told["products"]:
        assert row.items() >= products[row["productId"]].items()
