"""What did a category bring in, by the category at the time of sale?"""

from projections_app.projection import Projection

CATEGORY_METRICS = Projection(
    name="category_metrics",
    table="category_metrics_view",
    heat=4,
    key=("category_name",),
    columns={"total_revenue": "add", "total_orders": "add"},
    query="""
        SELECT category AS category_name,
               sum(amount) AS total_revenue,
               count(DISTINCT order_id) FILTER (WHERE kind = 'sale')
               - count(DISTINCT order_id) FILTER (WHERE kind = 'cancellation')
                   AS total_orders
          FROM {ledger}
         WHERE {where}
         GROUP BY category
    """,
)
