"""Pages and searches of lists, by hand."""

import pytest

from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, order, refund
from tests.queries_app.reports.test_top_lists import MARCH, filed, rows, sold


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("mouse", [1, 2]),
        ("PAD", [2]),
        ("x-7", [1]),
        ("50%", [3]),
        ("%", [3]),
        ("_", []),
        ("\\", []),
        ("nothing", []),
    ],
)
def test_a_search_looks_into_names_and_skus(
    ask: Ask, search: str, found: list[int]
) -> None:
    lines = (
        sold(1, "9.00", name="Mouse", sku="X-7"),
        sold(2, "8.00", no=2, name="Mouse pad"),
        sold(3, "7.00", no=3, name="Now 50% off"),
    )
    apply(order(1, 1, "2024-03-05", *lines))

    assert [row["productId"] for row in rows(ask, "products", q=search)] == found


def test_a_search_finds_a_product_by_the_name_that_it_is_told_by(ask: Ask) -> None:
    apply(order(1, 1, "2024-03-05", sold(1, "5.00", name="Mouse")))
    apply(order(2, 1, "2024-03-06", sold(1, "5.00", name="Rat")))
    filed(1, "Vole", "Animals")

    assert rows(ask, "products", q="mouse") == []
    assert len(rows(ask, "products", q="rat")) == 1
    assert rows(ask, "products", q="rat", labels="current") == []
    assert len(rows(ask, "products", q="vole", labels="current")) == 1


@pytest.mark.parametrize("order_by", ["average_order_value", "-average_order_value"])
def test_what_has_no_average_comes_last_on_the_last_page(
    ask: Ask, order_by: str
) -> None:
    old = order(1, 1, "2024-02-20", sold(1, "5.00"), sold(2, "5.00", no=2))
    apply(old, refund(old, "2024-03-05", *old.lines))
    apply(order(2, 1, "2024-03-06", sold(3, "5.00")))

    seen = all_keys(ask, order=order_by, limit="1")

    assert seen == [3, 1, 2]


def all_keys(ask: Ask, **query: str) -> list[int]:
    seen: list[int] = []
    cursor: dict[str, str] = {}
    while True:
        body = ask("products/top", **MARCH, **query, **cursor).body
        seen += [row["productId"] for row in body["rows"]]
        if body["next"] is None:
            return seen
        cursor = {"cursor": body["next"]}


@pytest.mark.parametrize("order_by", ["net_sales", "-net_sales", "-orders"])
def test_pages_give_each_row_once_also_where_all_are_alike(
    ask: Ask, order_by: str
) -> None:
    lines = [sold(product, "5.00", no=product) for product in range(1, 8)]
    apply(order(1, 1, "2024-03-05", *lines))

    seen = all_keys(ask, order=order_by, limit="3")

    assert seen == list(range(1, 8))
