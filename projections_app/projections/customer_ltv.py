"""How much did a customer spend, in how many orders, when first, and when last?

The dates look at all lines, also cancelled ones and reversals: those carry the date
of their order, so that it does not matter which event comes first.
"""

from projections_app.projection import Projection

CUSTOMER_LTV = Projection(
    name="customer_ltv",
    table="customer_ltv_view",
    heat=2,
    key=("customer_id",),
    columns={
        "total_spent": "add",
        "order_count": "add",
        "last_order_date": "greatest",
        "first_order_date": "least",
        "orders_placed": "add",
    },
    query="""
        SELECT customer_id,
               sum(amount) AS total_spent,
               count(DISTINCT order_id) FILTER (WHERE kind = 'sale')
               - count(DISTINCT order_id) FILTER (WHERE kind = 'cancellation')
                   AS order_count,
               max(order_placed_at) AS last_order_date,
               min(order_placed_at) AS first_order_date,
               count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS orders_placed
          FROM {ledger}
         WHERE {where}
         GROUP BY customer_id
    """,
)
