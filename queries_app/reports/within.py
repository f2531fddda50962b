"""What belongs to a category: a WITH query, and a condition that looks into it."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from queries_app.reports.answers import FOURTH, Rate
from queries_app.reports.parameters import Labels
from queries_app.reports.parts import Key, Scope, of_ledger
from queries_app.reports.ranges import DAY, Period, month_start

# Which products to look for, since there is an index of these; `filed` as a whole.
SOLD_IN = """
    inside AS MATERIALIZED (
        SELECT DISTINCT product_id, false AS filed FROM product_month_view
        WHERE category = {category} AND month >= {first} AND month < {last}
    )
"""
FILED_IN = """
    inside AS MATERIALIZED (
        SELECT product_id, true AS filed FROM product_catalog
        WHERE category = {category}
         UNION ALL
        SELECT DISTINCT product_id, false FROM product_month_view AS sold
        WHERE category = {category} AND month >= {first} AND month < {last}
              AND NOT EXISTS (
                  SELECT FROM product_catalog WHERE product_id = sold.product_id
              )
    )
"""
INSIDE = """
    product_id = ANY(ARRAY(SELECT product_id FROM inside))
    AND (
        category = {category}
        OR product_id IN (SELECT product_id FROM inside WHERE filed)
    )
"""
NET = "{first} SELECT coalesce(sum(net), 0) FROM ({parts}) AS part"


def within(
    scope: Scope, labels: Labels, category: str, periods: Sequence[Period]
) -> tuple[str, Scope]:
    """For all `periods`. As of today, a product that the catalogue lacks is as sold."""
    place = scope.values.place
    first = min(each.start for each in periods)
    last = max(each.end for each in periods)
    name = place(category, "text")
    inside = (FILED_IN if labels == "current" else SOLD_IN).format(
        category=name,
        first=place(month_start(first).date(), "date"),
        last=place(last.date() + DAY, "date"),
    )
    return inside, scope.also(INSIDE.format(category=name))


def net_sales(
    scope: Scope, labels: Labels, category: str, key: Key = "category"
) -> str:
    """SQL of net sales in a category; by `key` the scope has a condition, or none."""
    if labels == "as_sold":
        alone = scope.also(f"category = {scope.values.place(category, 'text')}")
        return NET.format(first="", parts=of_ledger(alone, key, counts=False))
    inside, alone = within(scope, labels, category, [scope.period])
    parts = of_ledger(alone, "product_id", counts=False)
    return NET.format(first=f"WITH {inside}", parts=parts)


def share(part: Decimal, whole: Decimal) -> Rate | None:
    return (part / whole).quantize(FOURTH, ROUND_HALF_UP) if whole else None
