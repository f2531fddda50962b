"""How much of a product was sold, for how much, in how many orders?"""

from projections_app.projection import Projection

PRODUCT_SALES = Projection(
    name="product_sales",
    table="product_sales_view",
    heat=1,
    key=("product_id",),
    columns={
        "total_quantity_sold": "add",
        "total_revenue": "add",
        "order_count": "add",
        "lowest_category": "least",
        "highest_category": "greatest",
    },
    query="""
        SELECT product_id,
               sum(quantity) AS total_quantity_sold,
               sum(amount) AS total_revenue,
               count(DISTINCT order_id) FILTER (WHERE kind = 'sale')
               - count(DISTINCT order_id) FILTER (WHERE kind = 'cancellation')
                   AS order_count,
               min(category COLLATE "C") AS lowest_category,
               max(category COLLATE "C") AS highest_category
          FROM {ledger}
         WHERE {where}
         GROUP BY product_id
    """,
)
