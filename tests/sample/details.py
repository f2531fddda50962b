"""The reports about one product, category or customer, and explanations."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tests.sample.clock import INTERVALS, Range, buckets
from tests.sample.comparing import Comparison
from tests.sample.expected import Expected, Figures, average, money, rate
from tests.sample.reports import Asked, series

BEST = 10  # products of a category
MOST_LINES = 20_000  # that are added up one by one
EXPLAINED = {
    "gross_sales": "grossSales",
    "sales_reversals": "salesReversals",
    "net_sales": "netSales",
    "orders": "orders",
    "cancelled_orders": "cancelledOrders",
    "units": "units",
    "average_order_value": "averageOrderValue",
}


def a_product(asked: Asked, found: Comparison) -> None:
    rows = asked.api.objects("products/top", **asked.query)[0]
    ids = {row["sku"]: row["productId"] for row in rows}
    by_category = asked.expected.by("category", asked.range)
    for sku, sold in some(asked.expected.by("product", asked.range)):
        of = asked.expected.only("product", sku)
        category = asked.sample.category(sku)
        told = detail(asked, found, f"products/{ids[sku]}", of)
        share = rate(sold["netSales"], by_category[category]["netSales"])
        names = {"name": asked.sample.name(sku), "category": category, "sku": sku}
        found.figures(sku, names | {"shareOfCategory": share}, told)
        here = sold_in(of.sample.sales["at"].to_pylist(), asked.range)
        under = names | {"firstSoldAt": utc(here[0]), "lastSoldAt": utc(here[-1])}
        found.same((sku, "sold under"), [under], told["soldUnder"])


def sold_in(ever: list[int], asked: Range) -> list[int]:
    """The last sale of all, if none is in the range."""
    return [at for at in ever if asked.start <= at < asked.end] or ever[-1:]


def a_category(asked: Asked, found: Comparison) -> None:
    for name, sold in some(asked.expected.by("category", asked.range)):
        of = asked.expected.only("category", name)
        told = detail(asked, found, f"categories/{quote(name, safe='')}/report", of)
        share = rate(sold["netSales"], asked.total["netSales"])
        found.same((name, "share"), share, told["shareOfAll"])
        best = of.by("product", asked.range)
        found.same((name, "products"), min(BEST, len(best)), len(told["products"]))
        for row in told["products"]:
            found.figures((name, row["sku"]), best[row["sku"]], row)
        sales = sorted((each["netSales"] for each in best.values()), reverse=True)
        told_sales = [row["netSales"] for row in told["products"]]
        found.same((name, "best"), sales[:BEST], told_sales)


def detail(asked: Asked, found: Comparison, report: str, of: Expected) -> Any:
    """Total and series, with the finest interval of at most a hundred buckets."""
    interval = next(
        each
        for each in INTERVALS
        if 0 < len(buckets(asked.range, each)) <= 100 or each == "month"
    )
    told = asked.api.get(report, interval=interval, **asked.query)
    total = of.sales(asked.range.start, asked.range.end)
    found.figures((report, "total"), total, told["total"])
    series(asked, of, interval, told["data"], found)
    return told


def a_customer(asked: Asked, found: Comparison) -> None:
    for number, sold in some(asked.expected.by("customer", asked.range)):
        of = asked.expected.only("customer", number)
        told = asked.api.get(f"customers/{number}", limit=1, **asked.query)
        found.figures((number, "total"), sold, told["total"])
        orders = expected_orders(of)
        value = sum(each["netSales"] for each in orders)
        ever = {
            "lifetimeValue": value,
            "orders": len(orders),
            "averageOrderValue": average(int(value * 100), len(orders)),
            "firstOrderAt": orders[-1]["placedAt"],
            "lastOrderAt": orders[0]["placedAt"],
        }
        found.figures((number, "ever"), ever, told["ever"])
        pages = asked.api.pages(f"customers/{number}", "orders", **asked.query)
        listed = list(pages)
        moments = [each["placedAt"] for each in orders]
        found.same((number, "moments"), moments, [row["placedAt"] for row in listed])
        both = (sorted(each, key=of_one_moment) for each in (orders, listed))
        for one, other in zip(*both, strict=False):
            found.figures((number, one["placedAt"]), one, other)


def of_one_moment(order: Mapping[str, Any]) -> tuple[Any, ...]:
    """The files do not say which of two orders has the greater id."""
    return order["placedAt"], order["grossSales"], order["units"], order["lines"]


def expected_orders(of: Expected) -> list[Figures]:
    """Of one customer, the newest first."""
    kinds = [("gross", "sum"), ("discount", "sum"), ("units", "sum")]
    taken: dict[int, int] = defaultdict(int)
    for each in of.reversals:
        taken[each.order] += each.cents
    cancelled = {each.order for each in of.reversals if each.is_cancellation}
    rows = of.sample.orders_added([*kinds, ("product", "count")])
    return [
        {
            "placedAt": utc(row["at"]),
            "lines": row["product_count"],
            "units": row["units_sum"],
            "grossSales": money(row["gross_sum"]),
            "discounts": money(row["discount_sum"]),
            "salesReversals": money(taken[row["order"]]),
            "netSales": money(
                row["gross_sum"] - row["discount_sum"] - taken[row["order"]]
            ),
            "cancelled": row["order"] in cancelled,
        }
        for row in sorted(rows, key=lambda row: row["at"], reverse=True)
    ]


def explain(asked: Asked, found: Comparison) -> None:
    """Its totals are the summary's, and its lines add up to them."""
    for metric, name in EXPLAINED.items():
        told = asked.api.get("explain", metric=metric, limit=1, **asked.query)
        found.same(metric, asked.total[name], told["total"])
    if asked.total["units"] < MOST_LINES:
        lines, _ = asked.api.objects("explain", metric="net_sales", **asked.query)
        added = sum(line["contribution"] for line in lines)
        found.same("added up", asked.total["netSales"], added)


def some(keyed: Mapping[Any, Figures]) -> list[tuple[Any, Figures]]:
    """The best, one in the middle, the last, and those of which most was taken back."""
    best = sorted(keyed.items(), key=lambda each: -each[1]["netSales"])
    taken = sorted(keyed.items(), key=lambda each: -each[1]["salesReversals"])[:2]
    chosen = [*best[:1], *best[len(best) // 2 :][:1], *best[-1:], *taken]
    return list(dict(chosen).items())


def utc(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S}.000Z"
