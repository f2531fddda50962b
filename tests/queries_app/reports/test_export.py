"""A file has the figures of the screen, in every report."""

from decimal import Decimal
from typing import Any

import pytest

from tests.queries_app.api import Ask
from tests.queries_app.reports.files import Download, Screen, cell, flat, screen

pytestmark = pytest.mark.usefixtures("shop")

RANGE = {"from": "2024-02-05", "to": "2024-04-25", "tz": "Asia/Kathmandu"}
BY_ORDER = {"attribution": "order_date"}
COMPARED = {"compare": "previous_period"}
REPORTS: dict[str, tuple[str, dict[str, str]]] = {
    "summary": ("summary", {}),
    "summary compared": ("summary", COMPARED),
    "series": ("sales/timeseries", {"interval": "week"}),
    "series compared": ("sales/timeseries", COMPARED | {"interval": "month"}),
    "products": ("products/top", {"order": "-units"}),
    "products compared": ("products/top", COMPARED | BY_ORDER | {"q": "thing"}),
    "products as of today": ("products/top", {"labels": "current"}),
    "categories": ("categories/top", COMPARED),
    "customers": ("customers/top", COMPARED),
    "a product": ("products/3", COMPARED),
    "a category": ("categories/Toys/report", {}),
    "a customer": ("customers/2", {}),
    "cohorts": ("cohorts", {}),
    "explanation": ("explain", {"metric": "net_sales"} | BY_ORDER),
    "explanation of a rate": ("explain", {"metric": "average_order_value"}),
    "restatements": ("restatements", BY_ORDER),
    "restated days": ("restatements/days", {}),
}
# So that the screen is more than one page.
LIMITS = {"products/top": "4", "customers/top": "4", "explain": "100"}
_screens: dict[str, Screen] = {}


def shown(ask: Ask, name: str) -> Screen:
    """Asked once: the shop does not change."""
    if name not in _screens:
        path, query = REPORTS[name]
        limit = {"limit": LIMITS[path]} if path in LIMITS else {}
        _screens[name] = screen(ask, path, **RANGE, **query, **limit)
    return _screens[name]


@pytest.mark.parametrize("name", REPORTS)
def test_a_csv_file_is_the_screen(ask: Ask, download: Download, name: str) -> None:
    path, query = REPORTS[name]
    expected = shown(ask, name)

    file = download(path, **RANGE, **query, format="csv")

    assert file.status == 200
    *lines, last = file.csv()
    assert lines == [told(row) | {"asOf": ""} for row in expected.rows]
    assert last["asOf"] == expected.meta["asOf"] == "2026-01-01T00:00:00.000Z"
    if expected.total and lines:
        assert next(iter(last.values())) == "Total"
    assert last.items() >= told(expected.total or {}).items()


def told(row: dict[str, Any]) -> dict[str, str]:
    return {name: cell(value) for name, value in flat(row).items()}


@pytest.mark.parametrize("name", REPORTS)
def test_an_ndjson_file_is_the_screen(ask: Ask, download: Download, name: str) -> None:
    path, query = REPORTS[name]
    expected = shown(ask, name)

    file = download(path, **RANGE, **query, format="ndjson")

    *lines, last = file.ndjson()
    assert [flat(line) for line in lines] == [flat(row) for row in expected.rows]
    names = ("from", "to", "attribution", "labels", "asOf")
    assert [last["meta"][each] for each in names] == [
        expected.meta[each] for each in names
    ]
    assert last["total"] == expected.total or expected.total is None


@pytest.mark.parametrize(
    ("path", "query", "column"),
    [
        ("customers/2", {}, "netSales"),
        ("restatements", BY_ORDER, "change"),
        ("restatements/days", BY_ORDER, "events"),
        ("explain", {"metric": "average_order_value"}, "contribution"),
        ("explain", {"metric": "average_order_value"}, "denominator"),
    ],
)
def test_a_total_that_no_screen_shows_is_the_sum_of_the_lines(
    download: Download, path: str, query: dict[str, str], column: str
) -> None:
    *lines, last = download(path, **RANGE, **query, format="csv").csv()

    assert Decimal(last[column]) == sum(Decimal(line[column]) for line in lines) > 0
