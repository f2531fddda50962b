"""Lists of random shops, asked in random ways, against plain Python."""

import random
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from projections_app import projector
from tests.messaging.builders import body_of
from tests.queries_app.api import Ask
from tests.queries_app.reports.oracle import (
    Figures,
    Oracle,
    by,
    figures,
    growth,
    ordered,
)
from tests.queries_app.reports.shop import Shop

ZONES = ("UTC", "Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")
MEASURES = {
    "gross_sales": "grossSales",
    "discounts": "discounts",
    "sales_reversals": "salesReversals",
    "net_sales": "netSales",
    "orders": "orders",
    "cancelled_orders": "cancelledOrders",
    "units": "units",
    "units_reversed": "unitsReversed",
    "net_units": "netUnits",
    "average_order_value": "averageOrderValue",
    "average_order_value_gross": "averageOrderValueGross",
}
KEYS = {"products": "productId", "categories": "category", "customers": "customerId"}
QUESTIONS = 16


class Asked(NamedTuple):
    oracle: Oracle
    subject: str
    query: dict[str, str]

    @property
    def labels(self) -> str:
        return self.query["labels"]

    @property
    def key(self) -> Callable[[Any], Any]:
        return {
            "products": lambda line: line.product,
            "categories": self.oracle.category(self.labels),
            "customers": lambda line: line.customer,
        }[self.subject]

    def lines(self, span: Mapping[str, str]) -> list[Any]:
        start, end = (datetime.fromisoformat(span[name]) for name in ("from", "to"))
        return self.oracle.booked(self.query["attribution"], start, end)


@pytest.mark.parametrize("seed", range(3))
def test_every_list_is_what_its_lines_add_up_to(ask: Ask, seed: int) -> None:
    shop = Shop(seed)
    assert projector.apply([body_of(event) for event in shop.events]) == []
    oracle = Oracle(shop.events)
    dice = random.Random(seed)

    for subject in KEYS:
        for _ in range(QUESTIONS):
            asked = Asked(oracle, subject, question(dice, subject))
            pages = list(all_pages(ask, subject, asked.query))
            rows = [row for page in pages for row in page["rows"]]
            assert rows == expected(asked, pages[0]["meta"]), asked.query
            lines = asked.lines(pages[0]["meta"])
            total = pages[0]["total"]
            assert total.items() >= figures(lines).items(), asked.query


def question(dice: random.Random, subject: str) -> dict[str, str]:
    start = date(2024, 1, 10) + timedelta(days=dice.randrange(140))
    end = start + timedelta(days=dice.choice([1, 9, 31, 60, 150]))
    if dice.random() < 0.3:
        start, end = start.replace(day=1), end.replace(day=1) + timedelta(days=31)
    asked = {
        "from": start.isoformat(),
        "to": end.isoformat(),
        "tz": dice.choice(ZONES),
        "attribution": dice.choice(["event_date", "order_date"]),
        "labels": dice.choice(["as_sold", "current"]),
        "order": dice.choice(["", "-"]) + dice.choice([*MEASURES]),
        "limit": dice.choice(["1", "2", "3", "100"]),
    }
    if dice.random() < 0.4:
        asked["compare"] = dice.choice(["previous_period", "previous_year"])
    if subject != "customers" and dice.random() < 0.3:
        asked["q"] = dice.choice(
            ["LUXE", "thing 1", "ii", "sku-4", "new-", "o", "%", "ä"]
        )
    return asked


def all_pages(ask: Ask, subject: str, query: Mapping[str, str]) -> Iterator[Any]:
    cursor: dict[str, str] = {}
    while True:
        answer = ask(f"{subject}/top", **query, **cursor)
        assert answer.status == 200, answer.text
        yield answer.body
        if answer.body["next"] is None:
            return
        assert len(answer.body["rows"]) == int(query["limit"])
        cursor = {"cursor": answer.body["next"]}


def expected(asked: Asked, meta: Any) -> list[Figures]:
    lines = asked.lines(meta)
    found = by(asked.key, lines)
    name = asked.query["order"].removeprefix("-")
    falling = asked.query["order"].startswith("-")
    rows = []
    for key in ordered(found, MEASURES[name], falling=falling):
        names = named(asked, key, lines)
        if "q" not in asked.query or matches(names, asked.query["q"]):
            row = {**names, **found[key]}
            rows.append(row | beside(asked, key, row, meta))
    return rows


def named(asked: Asked, key: Any, lines: list[Any]) -> Figures:
    if asked.subject != "products":
        return {KEYS[asked.subject]: key}
    name, category, sku = asked.oracle.label(key, asked.labels, lines)
    return {"productId": key, "name": name, "category": category, "sku": sku}


def matches(names: Figures, search: str) -> bool:
    searched = (names.get("name", names.get("category")), names.get("sku"))
    return any(search.lower() in text.lower() for text in searched if text is not None)


def beside(asked: Asked, key: Any, row: Figures, meta: Any) -> Figures:
    if "compare" not in meta:
        return {}
    lines = asked.lines(meta["compare"])
    before = figures(line for line in lines if asked.key(line) == key)
    now = {name: row[name] for name in before}
    return {"previous": before, "growth": growth(now, before)}
