"""The roll-ups from the lines of the write database, in SQL of the harness's own."""

from typing import LiteralString

from chaos.figures import Figures

# A reversal counts when it was made, and once more when its order was placed.
BOOKED: LiteralString = """
    WITH booked AS (
        SELECT 'sale' AS book, occurred_at AS at, * FROM line WHERE kind = 'sale'
        UNION ALL
        SELECT 'made', occurred_at, * FROM line WHERE kind <> 'sale'
        UNION ALL
        SELECT 'order', placed_at, * FROM line WHERE kind <> 'sale'
    ), utc AS (
        SELECT *, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-01')::date AS month,
               to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD')::date AS day,
               date_trunc('hour', at, 'UTC') + interval '15 minutes'
               * (extract(minute FROM at AT TIME ZONE 'UTC')::int / 15) AS quarter
        FROM booked
    )
"""
TAKEN: LiteralString = """
    coalesce(-sum(amount) FILTER (WHERE book = '{0}'), 0)::numeric(24, 2),
    coalesce(-sum(quantity) FILTER (WHERE book = '{0}'), 0)::bigint,
    count(DISTINCT order_id) FILTER (WHERE book = '{0}' AND kind = 'cancellation')
"""
SUMS: LiteralString = f"""
    count(DISTINCT order_id) FILTER (WHERE book = 'sale'),
    coalesce(sum(gross) FILTER (WHERE book = 'sale'), 0)::numeric(24, 2),
    coalesce(sum(gross - amount) FILTER (WHERE book = 'sale'), 0)::numeric(24, 2),
    coalesce(sum(quantity) FILTER (WHERE book = 'sale'), 0)::bigint,
    {TAKEN.format("made")}, {TAKEN.format("order")},
    coalesce(sum(amount) FILTER (WHERE book <> 'order'), 0)::numeric(24, 2)
"""
MEASURES: LiteralString = """
    orders, gross, discounts, units, reversals, units_reversed, cancelled,
    reversals_by_order, units_reversed_by_order, cancelled_by_order,
    gross - discounts - reversals
"""
ROLLUPS = (
    Figures(
        "order_view",
        """
        SELECT order_id, customer_id, placed_at, count(*) FILTER (WHERE kind = 'sale'),
               sum(CASE kind WHEN 'sale' THEN gross ELSE 0 END)::numeric(24, 2),
               sum(CASE kind WHEN 'sale' THEN gross - amount ELSE 0 END)
                   ::numeric(24, 2),
               sum(CASE kind WHEN 'sale' THEN quantity ELSE 0 END)::bigint,
               sum(CASE kind WHEN 'sale' THEN 0 ELSE -amount END)::numeric(24, 2),
               sum(CASE kind WHEN 'sale' THEN 0 ELSE -quantity END)::bigint,
               bool_or(kind = 'cancellation')::int,
               max(CASE kind WHEN 'sale' THEN NULL ELSE occurred_at END),
               sum(amount)::numeric(24, 2)
        FROM line GROUP BY order_id, customer_id, placed_at
        """,
        """
        SELECT order_id, customer_id, placed_at, lines, gross, discounts, units,
               reversals, units_reversed, cancelled, last_reversal_at,
               gross - discounts - reversals
        FROM order_view
        """,
        11,
    ),
    Figures(
        "sales_quarter_view",
        f"{BOOKED} SELECT quarter, {SUMS} FROM utc GROUP BY 1",
        f"SELECT quarter_start, {MEASURES} FROM sales_quarter_view",
        11,
    ),
    Figures(
        "product_month_view",
        f"{BOOKED} SELECT month, product_id, category, {SUMS} FROM utc"
        " GROUP BY 1, 2, 3",
        f"SELECT month, product_id, category, {MEASURES} FROM product_month_view",
        13,
    ),
    Figures(
        "category_day_view",
        f"{BOOKED} SELECT day, category, {SUMS} FROM utc GROUP BY 1, 2",
        f"SELECT day, category, {MEASURES} FROM category_day_view",
        12,
    ),
)
