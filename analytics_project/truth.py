"""The truth: every read table as it follows from the write side's business tables.

It is written apart from the projections' own SQL, so that a mistake in those shows.
`line` is what was sold and taken back, line by line. `absent` holds the events that
the read side has not applied, and whether that is excused; see reconcile.py.
"""

from typing import NamedTuple

from django.db import connections
from django.db.models import Model

from projections_app.models import (
    CategoryMetrics,
    CustomerLtv,
    HourlySales,
    ProductCatalog,
    ProductSales,
)


class View(NamedTuple):
    """A read table, the statement of its true rows, and its column of money."""

    model: type[Model]
    expected: str
    money: str | None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def columns(self) -> dict[str, str]:
        """Types of the columns by their names, the key first."""
        read = connections["read"]
        fields = self.model._meta.concrete_fields
        return {str(field.column): str(field.db_type(read)) for field in fields}


# What a cancellation takes back is what all refunds of the order had left: a
# cancelled order cannot be refunded, so every refund came before. The three counts are
# 1 on one line only of an order, and of each product and category in it.
LINES = """
    CREATE TEMP TABLE line ON COMMIT DROP AS
    WITH item AS (
        SELECT *,
            (row_number() OVER (PARTITION BY order_id) = 1)::int AS orders,
            (row_number() OVER (PARTITION BY order_id, product_id) = 1)::int
                AS product_orders,
            (row_number() OVER (PARTITION BY order_id, category) = 1)::int
                AS category_orders
        FROM order_items
    ), refunded AS (
        SELECT order_item_id, sum(quantity) AS quantity, sum(discount) AS discount
        FROM refund_lines GROUP BY order_item_id
    )
    SELECT customer_id, product_id, category,
           sign * event.quantity AS quantity,
           sign * (price * event.quantity - event.discount) AS amount,
           sign * orders AS orders, sign * product_orders AS product_orders,
           sign * category_orders AS category_orders,
           occurred_at, placed_at, absent.state
    FROM orders
    JOIN item ON item.order_id = orders.id
    LEFT JOIN order_cancellations AS cancellation ON cancellation.order_id = orders.id
    LEFT JOIN refunded ON refunded.order_item_id = item.id
    CROSS JOIN LATERAL (
        SELECT orders.event_id, 1, placed_at, item.quantity, item.discount
        UNION ALL
        SELECT cancellation.event_id, -1, cancelled_at,
               item.quantity - coalesce(refunded.quantity, 0),
               item.discount - coalesce(refunded.discount, 0)
        WHERE cancellation.id IS NOT NULL
    ) AS event (event_id, sign, occurred_at, quantity, discount)
    LEFT JOIN absent ON absent.event_id = event.event_id
    WHERE absent.excused IS NOT TRUE
    UNION ALL
    SELECT customer_id, product_id, category,
           -line.quantity, line.discount - price * line.quantity,
           0, 0, 0, refunded_at, placed_at, absent.state
    FROM refunds
    JOIN orders ON orders.id = refunds.order_id
    JOIN refund_lines AS line ON line.refund_id = refunds.id
    JOIN order_items AS item ON item.id = line.order_item_id
    LEFT JOIN absent ON absent.event_id = refunds.event_id
    WHERE absent.excused IS NOT TRUE
"""


def _sums(key: str, columns: str) -> str:
    return f"""
        SELECT {key}, {columns},
               bool_or(state = 'lost') AS lost, bool_or(state = 'parked') AS parked
        FROM line GROUP BY 1
    """  # noqa: S608 (keys and columns are the constants below)


VIEWS = (
    View(
        ProductSales,
        _sums(
            "product_id",
            """sum(quantity)::bigint AS total_quantity_sold,
               sum(amount) AS total_revenue, sum(product_orders) AS order_count""",
        ),
        "total_revenue",
    ),
    View(
        CustomerLtv,
        _sums(
            "customer_id",
            """sum(amount) AS total_spent, sum(orders) AS order_count,
               max(placed_at) AS last_order_date""",
        ),
        "total_spent",
    ),
    View(
        CategoryMetrics,
        _sums(
            "category AS category_name",
            "sum(amount) AS total_revenue, sum(category_orders) AS total_orders",
        ),
        "total_revenue",
    ),
    View(
        HourlySales,
        _sums(
            "date_trunc('hour', occurred_at, 'UTC') AS hour_timestamp",
            """sum(greatest(orders, 0)) AS total_orders,
               sum(amount) AS total_revenue""",
        ),
        "total_revenue",
    ),
    # What a product was before its newest version is written nowhere: a product with
    # an excused event is left out on both sides.
    View(
        ProductCatalog,
        """
        SELECT id AS product_id, version, sku, name, category, price,
               bool_or(state = 'lost') AS lost, bool_or(state = 'parked') AS parked
        FROM products LEFT JOIN absent ON subject = 'product/' || id
        GROUP BY id HAVING bool_or(excused) IS NOT TRUE
        """,
        None,
    ),
)
