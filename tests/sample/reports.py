"""Every report: asked, and compared with what is expected of it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tests.sample.api import Api
from tests.sample.clock import INTERVALS, Range, buckets, is_cut, moment
from tests.sample.comparing import Comparison
from tests.sample.expected import Expected, Figures, Sums, growth
from tests.sample.ledger import Sample

FIRST_ROWS = 500
KEYS = {"sku": "product", "category": "category", "customerId": "customer"}


class Asked(NamedTuple):
    range: Range
    expected: Expected
    sample: Sample
    api: Api

    @property
    def total(self) -> Figures:
        return self.expected.sales(self.range.start, self.range.end)

    @property
    def query(self) -> dict[str, str]:
        return self.range.query | {"attribution": self.expected.attribution}


def summary(asked: Asked, found: Comparison) -> None:
    now = asked.expected.summary(asked.range)
    before = asked.expected.summary(asked.range.before())
    told = asked.api.get("summary", compare="previous_period", **asked.query)
    compared = {"previous": before, "growth": growth(now, before)}
    found.figures("total", now | compared, told["total"])
    [line] = asked.api.cells("summary", **asked.query)
    found.figures("csv", cells(now), line)


def timeseries(asked: Asked, found: Comparison) -> None:
    total = asked.total
    for interval in INTERVALS:
        if not buckets(asked.range, interval):
            continue
        query = asked.query | {"interval": interval}
        told = asked.api.get("sales/timeseries", **query)
        found.figures((interval, "total"), total, told["total"])
        series(asked, asked.expected, interval, told["data"], found)
        rows, last = asked.api.objects("sales/timeseries", **query)
        found.same((interval, "ndjson"), told["data"], rows)
        found.figures((interval, "ndjson"), total, last)


def top_products(asked: Asked, found: Comparison) -> None:
    sample = asked.sample
    expected = {
        sku: figures
        | {"name": sample.name(sku), "category": sample.category(sku), "sku": sku}
        for sku, figures in asked.expected.by("product", asked.range).items()
    }
    rows = listed("products/top", "sku", asked, found, expected)
    first = asked.api.get("products/top", limit=FIRST_ROWS, **asked.query)
    found.same("first page", rows[:FIRST_ROWS], first["rows"])
    following = asked.api.pages("products/top", order="units", **asked.query)
    if asked.range.name == "a month":
        found.same("pages", sorted(map(product, rows)), sorted(map(product, following)))


def top_categories(asked: Asked, found: Comparison) -> None:
    expected = asked.expected.by("category", asked.range)
    rows = listed("categories/top", "category", asked, found, expected)
    found.same("pages", rows, list(asked.api.pages("categories/top", **asked.query)))


def top_customers(asked: Asked, found: Comparison) -> None:
    expected = asked.expected.by("customer", asked.range)
    rows = listed("customers/top", "customerId", asked, found, expected)
    found.same("pages", rows, list(asked.api.pages("customers/top", **asked.query)))


def listed(
    report: str,
    key: str,
    asked: Asked,
    found: Comparison,
    expected: Mapping[Any, Figures],
) -> list[Any]:
    """The rows of the whole list: its figures, its order, its total, as both files."""
    rows, total = asked.api.objects(report, **asked.query)
    found.rows("ndjson", expected, {each[key]: each for each in rows})
    found.same("rows", len(expected), len(rows))
    sales = [each["netSales"] for each in rows]
    found.same("order", sorted(sales, reverse=True), sales)
    of_all = asked.total
    found.figures("total", of_all, total)
    *lines, last = asked.api.cells(report, **asked.query)
    keyed = {str(name): cells(figures) for name, figures in expected.items()}
    found.rows("csv", keyed, {plain(line[key]): line for line in lines})
    found.figures("csv total", cells(of_all), last)
    compared(report, key, asked, found, expected)
    return rows


def compared(
    report: str,
    key: str,
    asked: Asked,
    found: Comparison,
    expected: Mapping[Any, Figures],
) -> None:
    """The first rows beside what they were in the period before."""
    query = asked.query | {"compare": "previous_period", "limit": "100"}
    before = asked.expected.by(KEYS[key], asked.range.before())
    for row in asked.api.get(report, **query)["rows"]:
        now, then = expected[row[key]], before.get(row[key], Sums().figures())
        figures = {name: now[name] for name in then}
        more = {"previous": then, "growth": growth(figures, then)}
        found.figures((row[key], "compared"), now | more, row)


def series(
    asked: Asked,
    of: Expected,
    interval: str,
    data: Sequence[Mapping[str, Any]],
    found: Comparison,
) -> None:
    """Every bucket: when it begins and ends, whether it is cut, and its figures."""
    expected = {
        moment(start, asked.range.zone): of.sales(start, end)
        | {
            "start": moment(start, asked.range.zone),
            "end": moment(end, asked.range.zone),
            "partial": is_cut(asked.range, interval, start, end),
        }
        for start, end in buckets(asked.range, interval)
    }
    found.rows(interval, expected, {each["start"]: each for each in data})
    found.same((interval, "order"), list(expected), [each["start"] for each in data])


def product(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["sku"], row["netSales"], row["orders"], row["units"]


def cells(figures: Figures) -> Figures:
    """As they stand in a CSV file; text may be defused by an apostrophe."""
    return {
        name: defused(value) if isinstance(value, str) else cell(value)
        for name, value in figures.items()
    }


def cell(value: Any) -> str:
    return "" if value is None else str(value)


def defused(text: str) -> str:
    return f"'{text}" if text[:1] in "=+-@\t\r" else text


def plain(text: str) -> str:
    return text.removeprefix("'")
