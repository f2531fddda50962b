"""The measures of sales as SQL: from ledger lines or roll-ups to an answer's columns.

Three steps, so that every report counts alike and an export is the screen:
a source gives LINES or a roll-up's row, MEASURES names what adds up (one name whatever
the attribution), FIGURES makes what is told of it.
"""

from collections.abc import Mapping

from queries_app.reports.parameters import Attribution

# Additive: rows of disjoint ranges are summed by these names. Orders are not additive
# over products, categories, customers; they are over time.
ADDED = (
    "orders",
    "gross",
    "discounts",
    "units",
    "reversals",
    "units_reversed",
    "cancelled",
)
BY_ATTRIBUTION = frozenset({"reversals", "units_reversed", "cancelled"})

# Ledger lines of [$start, $end): a reversal when it was made, or with its order.
LINES: Mapping[Attribution, str] = {
    "event_date": """
        SELECT * FROM sales_ledger
        WHERE occurred_at >= {start} AND occurred_at < {end}
    """,
    "order_date": """
        SELECT * FROM sales_ledger
        WHERE kind = 'sale' AND occurred_at >= {start} AND occurred_at < {end}
        UNION ALL
        SELECT * FROM sales_ledger
        WHERE kind <> 'sale' AND order_placed_at >= {start} AND order_placed_at < {end}
    """,
}
OF_LINES = """
    count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS orders,
    coalesce(sum(gross) FILTER (WHERE kind = 'sale'), 0) AS gross,
    coalesce(sum(discount) FILTER (WHERE kind = 'sale'), 0) AS discounts,
    coalesce(sum(quantity) FILTER (WHERE kind = 'sale'), 0) AS units,
    coalesce(-sum(amount) FILTER (WHERE kind <> 'sale'), 0) AS reversals,
    coalesce(-sum(quantity) FILTER (WHERE kind <> 'sale'), 0) AS units_reversed,
    count(DISTINCT order_id) FILTER (WHERE kind = 'cancellation') AS cancelled
"""
# Of a row (or sum of rows) with the columns ADDED; the names are those of answers.
FIGURES = """
    gross::numeric(24, 2) AS gross_sales,
    discounts::numeric(24, 2) AS discounts,
    reversals::numeric(24, 2) AS sales_reversals,
    (gross - discounts - reversals)::numeric(24, 2) AS net_sales,
    orders::bigint AS orders,
    cancelled::bigint AS cancelled_orders,
    units::bigint AS units,
    units_reversed::bigint AS units_reversed,
    (units - units_reversed)::bigint AS net_units,
    round((gross - discounts - reversals) / nullif(orders, 0), 2)
        AS average_order_value,
    round((gross - discounts) / nullif(orders, 0), 2) AS average_order_value_gross
"""
TOTAL = """
    SELECT {figures} FROM (
        SELECT {summed} FROM sales_quarter_view
        WHERE quarter_start >= $1 AND quarter_start < $2
    ) AS added
"""


def total_sales(attribution: Attribution) -> str:
    """One row for the range from $1 to $2, its columns named as the fields of Sales."""
    return TOTAL.format(figures=FIGURES, summed=summed(attribution))


def lines(attribution: Attribution, *, start: str, end: str) -> str:
    """A SELECT of ledger lines; `start` and `end` are SQL, such as $1 and $2."""
    return LINES[attribution].format(start=start, end=end)


def summed(attribution: Attribution) -> str:
    """Select list over rows of a roll-up: each measure's sum, 0 of no rows."""
    return ",\n".join(
        f"coalesce(sum({column(name, attribution)}), 0) AS {name}" for name in ADDED
    )


def plain(attribution: Attribution) -> str:
    """Select list over rows of a roll-up, each by itself."""
    return ",\n".join(f"{column(name, attribution)} AS {name}" for name in ADDED)


def column(name: str, attribution: Attribution) -> str:
    """What a roll-up calls a measure."""
    by_order = attribution == "order_date" and name in BY_ATTRIBUTION
    return f"{name}_by_order" if by_order else name
