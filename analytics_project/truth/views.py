"""The truth of the four first views and of the catalogue."""

from analytics_project.truth.view import View, sums
from projections_app.models import (
    CategoryMetrics,
    CustomerLtv,
    HourlySales,
    ProductCatalog,
    ProductSales,
)

FIRST_VIEWS = (
    View(
        ProductSales,
        sums(
            "product_id",
            """sum(quantity)::bigint AS total_quantity_sold,
               sum(amount) AS total_revenue, sum(product_orders) AS order_count,
               min(category COLLATE "C") AS lowest_category,
               max(category COLLATE "C") AS highest_category""",
        ),
        "total_revenue",
    ),
    View(
        CustomerLtv,
        sums(
            "customer_id",
            """sum(amount) AS total_spent, sum(orders) AS order_count,
               max(placed_at) AS last_order_date, min(placed_at) AS first_order_date,
               sum(greatest(orders, 0)) AS orders_placed""",
        ),
        "total_spent",
    ),
    View(
        CategoryMetrics,
        sums(
            "category AS category_name",
            "sum(amount) AS total_revenue, sum(category_orders) AS total_orders",
        ),
        "total_revenue",
    ),
    View(
        HourlySales,
        sums(
            "date_trunc('hour', occurred_at, 'UTC') AS hour_timestamp",
            """sum(greatest(orders, 0)) AS total_orders,
               sum(amount) AS total_revenue""",
        ),
        "total_revenue",
    ),
)
# What a product was before its newest version is written nowhere: a product with
# an excused event is left out on both sides.
CATALOG = View(
    ProductCatalog,
    """
    SELECT id AS product_id, version, sku, name, category, price,
           bool_or(state = 'lost') AS lost, bool_or(state = 'parked') AS parked
    FROM products LEFT JOIN absent ON subject = 'product/' || id
    GROUP BY id HAVING bool_or(excused) IS NOT TRUE
    """,
    None,
)
