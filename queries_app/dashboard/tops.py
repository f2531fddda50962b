"""The best products, categories and customers, with their last twelve months."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import UNSET

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.figures import MEASURES, Before, change
from queries_app.dashboard.kinds import Kind
from queries_app.dashboard.models import Change, Empty, Link, Ranked, Top
from queries_app.dashboard.wording import count, money
from queries_app.reading import rows_of

SHOWN = 8
MONTHS = 12
SPARK_WIDTH, SPARK_HEIGHT = 66, 18
# One probe of the key a month: the tables hold every product of every month.
SPARKS = """
SELECT key, months.sales
FROM unnest($1::{type}[]) AS key
CROSS JOIN LATERAL (
    SELECT array_agg(coalesce(net, 0) ORDER BY month) AS sales
    FROM unnest($2::date[]) AS month
    CROSS JOIN LATERAL (
        SELECT sum(gross - discounts - reversals) AS net FROM {table} AS view
        WHERE view.{begins} >= month.month
              AND view.{begins} < month.month + interval '1 month'
              AND view.{column} = key
    ) AS sold
) AS months
"""
SOURCES = {
    "product": {
        "type": "bigint",
        "table": "product_month_view",
        "begins": "month",
        "column": "product_id",
    },
    "category": {
        "type": "text",
        "table": "category_day_view",
        "begins": "day",
        "column": "category",
    },
}


def top(asked: Asked, kind: Kind) -> Top:
    question = asked.question(kind.address, limit=SHOWN)
    rows = answer(kind.report, question).rows
    best = max((row.net_sales for row in rows), default=Decimal())
    lines = sparks(kind, [kind.key(row) for row in rows], asked)
    return Top(
        title=f"Top {kind.section}",
        rows=tuple(ranked(asked, kind, row, best, lines) for row in rows),
        more=Link(f"All {kind.section}", asked.page(kind.section)),
        exports=asked.exports(kind.address),
        empty=Empty(f"No {kind.section}", "Nothing was sold in this range."),
    )


def ranked(
    asked: Asked, kind: Kind, row: Any, best: Decimal, lines: dict[str, str]
) -> Ranked:
    key = kind.key(row)
    orders = f"{count(row.orders)} {'order' if row.orders == 1 else 'orders'}"
    return Ranked(
        name=kind.name(row),
        href=asked.page(kind.page, key),
        value=money(row.net_sales),
        value_href=asked.behind("net_sales", {kind.about: key}),
        width=int(max(row.net_sales, 0) * 100 / best) if best > 0 else 0,
        detail=kind.detail(row) or orders,
        change=growth_of(row, "net_sales"),
        spark=lines.get(key, ""),
        spark_label="Net sales of the last twelve months",
    )


def growth_of(row: Any, key: str) -> Change | None:
    if row.previous is UNSET:
        return None
    before = Before("", getattr(row.previous, key), getattr(row.growth, key))
    return change(MEASURES[key], getattr(row, key), before)


# --- small lines ----------------------------------------------------------------------
def sparks(kind: Kind, keys: Sequence[str], asked: Asked) -> dict[str, str]:
    """The points of a line by key; customers have no monthly sums."""
    source = SOURCES.get(kind.about)
    if source is None or not keys:
        return {}
    given = [int(key) for key in keys] if kind.about == "product" else list(keys)
    sql = SPARKS.format(**source)
    found = rows_of(sql, (given, months(asked.end.date())))
    return {str(key): points(sales) for key, sales in found}


def months(end: date) -> list[date]:
    """The first days of the last twelve months up to the day before `end`."""
    last = (end - timedelta(days=1)).replace(day=1)
    found = [last]
    while len(found) < MONTHS:
        found.append((found[-1] - timedelta(days=1)).replace(day=1))
    return found[::-1]


def points(sales: Sequence[Decimal]) -> str:
    """For a polyline; the lowest of zero and all values lies at the bottom."""
    low, high = min(*sales, Decimal()), max(*sales, Decimal())
    if high == low:
        return ""
    step = SPARK_WIDTH // (len(sales) - 1)
    heights = [int((value - low) * SPARK_HEIGHT / (high - low)) for value in sales]
    return " ".join(
        f"{number * step},{SPARK_HEIGHT - height}"
        for number, height in enumerate(heights)
    )
