"""What was sold in an hour (UTC), and how many orders were placed in it?

Money is booked in the hour in which the sale or its reversal occurred; an order
counts in the hour in which it was placed, cancelled or not.
"""

from projections_app.projection import Projection

HOURLY_SALES = Projection(
    name="hourly_sales",
    table="hourly_sales_view",
    heat=9,
    key=("hour_timestamp",),
    columns={"total_orders": "add", "total_revenue": "add"},
    query="""
        SELECT date_trunc('hour', occurred_at, 'UTC') AS hour_timestamp,
               count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS total_orders,
               sum(amount) AS total_revenue
          FROM {ledger}
         WHERE {where}
         GROUP BY 1
    """,
)
