"""What was an order worth, and what was taken back of it, whenever?"""

from projections_app.projection import Projection

ORDERS = Projection(
    name="orders",
    table="order_view",
    heat=0,
    key=("order_id",),
    columns={
        "customer_id": "greatest",
        "placed_at": "greatest",
        "lines": "add",
        "gross": "add",
        "discounts": "add",
        "units": "add",
        "reversals": "add",
        "units_reversed": "add",
        "cancelled": "add",
        "last_reversal_at": "greatest",
    },
    query="""
        SELECT order_id,
               max(customer_id) AS customer_id,
               max(order_placed_at) AS placed_at,
               count(*) FILTER (WHERE kind = 'sale') AS lines,
               coalesce(sum(gross) FILTER (WHERE kind = 'sale'), 0) AS gross,
               coalesce(sum(discount) FILTER (WHERE kind = 'sale'), 0) AS discounts,
               coalesce(sum(quantity) FILTER (WHERE kind = 'sale'), 0) AS units,
               coalesce(-sum(amount) FILTER (WHERE kind <> 'sale'), 0) AS reversals,
               coalesce(-sum(quantity) FILTER (WHERE kind <> 'sale'), 0)
                   AS units_reversed,
               count(DISTINCT event_id) FILTER (WHERE kind = 'cancellation')
                   AS cancelled,
               max(occurred_at) FILTER (WHERE kind <> 'sale') AS last_reversal_at
          FROM {ledger}
         WHERE {where}
         GROUP BY order_id
    """,
)
