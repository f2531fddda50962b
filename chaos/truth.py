"""Every figure from the write database in plain SQL, beside what the views say.

The harness must not trust the code that it tests: nothing here is the project's.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

import psycopg

from chaos.figures import Figures
from chaos.rollups import ROLLUPS
from chaos.system import System

LINES: LiteralString = """
    CREATE TEMP TABLE line AS
    WITH refunded AS (
        SELECT order_item_id, sum(quantity) AS quantity, sum(discount) AS discount
        FROM refund_lines GROUP BY order_item_id
    )
    SELECT o.event_id, i.line_no, 'sale' AS kind, o.id AS order_id, customer_id,
           product_id, category, i.quantity::bigint AS quantity,
           price * i.quantity AS gross, price * i.quantity - i.discount AS amount,
           placed_at AS occurred_at, placed_at
    FROM orders o JOIN order_items i ON i.order_id = o.id
    UNION ALL
    SELECT c.event_id, i.line_no, 'cancellation', o.id, customer_id,
           product_id, category, coalesce(r.quantity, 0) - i.quantity,
           price * (coalesce(r.quantity, 0) - i.quantity),
           price * (coalesce(r.quantity, 0) - i.quantity)
           - (coalesce(r.discount, 0) - i.discount),
           cancelled_at, placed_at
    FROM order_cancellations c
    JOIN orders o ON o.id = c.order_id
    JOIN order_items i ON i.order_id = o.id
    LEFT JOIN refunded r ON r.order_item_id = i.id
    UNION ALL
    SELECT f.event_id, i.line_no, 'refund', o.id, customer_id,
           product_id, category, -l.quantity, -price * l.quantity,
           l.discount - price * l.quantity,
           refunded_at, placed_at
    FROM refunds f
    JOIN orders o ON o.id = f.order_id
    JOIN refund_lines l ON l.refund_id = f.id
    JOIN order_items i ON i.id = l.order_item_id
"""
LEAVE_OUT: LiteralString = "DELETE FROM line WHERE event_id = ANY(%s)"
# Stock as it was when the product was made, less what was sold and not put back.
WRONG_STOCK: LiteralString = """
    SELECT p.id, p.stock, begun.stock - coalesce(gone.quantity, 0) AS expected
    FROM products p
    JOIN (SELECT (payload->>'productId')::bigint AS id,
                 (payload->>'stock')::bigint AS stock
          FROM outbox WHERE event_type = 'ProductCreated') begun USING (id)
    LEFT JOIN (
        SELECT product_id AS id, sum(quantity) AS quantity FROM line
        WHERE kind <> 'refund'
           OR event_id IN (SELECT event_id FROM refunds WHERE restocked)
        GROUP BY 1
    ) gone USING (id)
    WHERE p.stock <> begun.stock - coalesce(gone.quantity, 0) OR p.stock < 0
"""


COUNTED: LiteralString = """count(DISTINCT order_id) FILTER (WHERE kind = 'sale')
    - count(DISTINCT order_id) FILTER (WHERE kind = 'cancellation')"""
# Each ledger row goes into the last column: it differs when any row does.
LEDGER: LiteralString = """
    SELECT kind, count(*), sum(quantity), sum(amount),
           sum(hashtextextended(concat_ws('|', event_id, line_no, order_id,
               customer_id, product_id, category, quantity, gross, amount), 0)::numeric)
    FROM {} GROUP BY kind
"""
TABLES = (
    Figures("sales_ledger", LEDGER.format("line"), LEDGER.format("sales_ledger")),
    Figures(
        "product_sales_view",
        f"SELECT product_id, sum(quantity), sum(amount), {COUNTED},"
        ' min(category COLLATE "C"), max(category COLLATE "C") FROM line GROUP BY 1',
        "SELECT product_id, total_quantity_sold, total_revenue, order_count,"
        " lowest_category, highest_category FROM product_sales_view",
        2,
    ),
    Figures(
        "category_metrics_view",
        f"SELECT category, sum(amount), {COUNTED} FROM line GROUP BY 1",
        "SELECT category_name, total_revenue, total_orders FROM category_metrics_view",
        1,
    ),
    Figures(
        "customer_ltv_view",
        f"SELECT customer_id, sum(amount), {COUNTED}, max(placed_at),"
        " min(placed_at), count(DISTINCT order_id) FILTER (WHERE kind = 'sale')"
        " FROM line GROUP BY 1",
        "SELECT customer_id, total_spent, order_count, last_order_date,"
        " first_order_date, orders_placed FROM customer_ltv_view",
        1,
    ),
    Figures(
        "hourly_sales_view",
        "SELECT date_trunc('hour', occurred_at, 'UTC'),"
        " count(DISTINCT order_id) FILTER (WHERE kind = 'sale'), sum(amount)"
        " FROM line GROUP BY 1",
        "SELECT hour_timestamp, total_orders, total_revenue FROM hourly_sales_view",
        2,
    ),
    *ROLLUPS,
)
PRODUCTS: LiteralString = """
    SELECT 'product/' || id, version, sku, name, category, price FROM products
"""
CATALOGUE: LiteralString = """
    SELECT 'product/' || product_id, version, sku, name, category, price
    FROM product_catalog
"""
SUBJECTS: LiteralString = "SELECT subject FROM outbox WHERE event_id = ANY(%s)"

Row = tuple[str, ...]


def differences(system: System, parked: Sequence[UUID]) -> Iterator[str]:
    """Every row that is not as it must be, both ways; events in `parked` left out."""
    environment = system.environment
    with (
        psycopg.connect(environment["DATABASE_URL"]) as write,
        psycopg.connect(environment["READ_DATABASE_URL"]) as read,
    ):
        write.execute(LINES)
        for id_, stock, expected in write.execute(WRONG_STOCK).fetchall():
            yield f"I1: stock of product {id_} is {stock}, not {expected}"
        write.execute(LEAVE_OUT, [list(parked)])
        sums: dict[str, Decimal] = {}
        for each in TABLES:
            found = rows(read, each.found)
            yield from _compared(each.table, rows(write, each.expected), found)
            if each.money is not None:
                sums[each.table] = sum(
                    (Decimal(row[each.money]) for row in found), Decimal(0)
                )
        if len(set(sums.values())) > 1:
            yield f"I2: the views do not add up to one sum: {sums}"
        aside = {each for (each,) in write.execute(SUBJECTS, [list(parked)])}
        yield from _compared(
            "product_catalog",
            {row for row in rows(write, PRODUCTS) if row[0] not in aside},
            {row for row in rows(read, CATALOGUE) if row[0] not in aside},
        )


def rows(connection: psycopg.Connection, query: LiteralString) -> set[Row]:
    """As text: what looks different is different, also 1.0 and 1.00."""
    return {tuple(map(str, row)) for row in connection.execute(query)}


def _compared(table: str, expected: set[Row], found: set[Row]) -> Iterator[str]:
    for row in sorted(expected - found):
        yield f"I1: {table} lacks {row}"
    for row in sorted(found - expected):
        yield f"I1: {table} must not hold {row}"
