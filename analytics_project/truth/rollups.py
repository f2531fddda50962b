"""The truth of what the reports are summed up from."""

from analytics_project.truth.view import View, sums
from projections_app.models import (
    CategoryDay,
    OrderSales,
    ProductMonth,
    QuarterHourSales,
)

NET = "gross - discounts - reversals"
DAY = "(booked_at AT TIME ZONE 'UTC')::date"
MONTH = "to_char(booked_at AT TIME ZONE 'UTC', 'YYYY-MM-01')::date"


def _measures(key: str, *, orders: str, by: str = "1") -> str:
    """The sums over each book; `orders` counts an order once for a `key`."""

    def of(book: str, number: str) -> str:
        return f"coalesce(sum({number}) FILTER (WHERE book = '{book}'), 0)"

    return sums(
        key,
        f"""{of("sale", orders)} AS orders, {of("sale", "gross")} AS gross,
            {of("sale", "discount")} AS discounts, {of("sale", "units")} AS units,
            {of("made", "amount")} AS reversals,
            {of("made", "units")} AS units_reversed,
            {of("made", orders)} AS cancelled,
            {of("by_order", "amount")} AS reversals_by_order,
            {of("by_order", "units")} AS units_reversed_by_order,
            {of("by_order", orders)} AS cancelled_by_order""",
        source="booking",
        by=by,
    )


ROLLUPS = (
    View(
        OrderSales,
        sums(
            "order_id",
            """min(customer_id) AS customer_id, min(placed_at) AS placed_at,
               count(*) FILTER (WHERE sign > 0) AS lines,
               coalesce(sum(gross) FILTER (WHERE sign > 0), 0) AS gross,
               coalesce(sum(gross - amount) FILTER (WHERE sign > 0), 0) AS discounts,
               coalesce(sum(quantity) FILTER (WHERE sign > 0), 0) AS units,
               -coalesce(sum(amount) FILTER (WHERE sign < 0), 0) AS reversals,
               -coalesce(sum(quantity) FILTER (WHERE sign < 0), 0) AS units_reversed,
               -coalesce(sum(orders) FILTER (WHERE sign < 0), 0) AS cancelled,
               max(occurred_at) FILTER (WHERE sign < 0) AS last_reversal_at""",
        ),
        NET,
    ),
    View(
        QuarterHourSales,
        _measures(
            """to_timestamp(floor(extract(epoch FROM booked_at) / 900) * 900)
               AS quarter_start""",
            orders="orders",
        ),
        NET,
    ),
    View(
        ProductMonth,
        _measures(
            f"{MONTH} AS month, product_id, category",
            orders="pair_orders",
            by="1, 2, 3",
        ),
        NET,
    ),
    View(
        CategoryDay,
        _measures(f"{DAY} AS day, category", orders="category_orders", by="1, 2"),
        NET,
    ),
)
