"""What was sold and taken back, line by line, from the write side's tables."""

# What a cancellation takes back is what all refunds of the order had left: a
# cancelled order cannot be refunded, so every refund came before. The four counts are
# 1 on one line only of an order, and of each product, category, and both in it.
LINES = """
    CREATE TEMP TABLE line ON COMMIT DROP AS
    WITH item AS (
        SELECT *,
            (row_number() OVER (PARTITION BY order_id) = 1)::int AS orders,
            (row_number() OVER (PARTITION BY order_id, product_id) = 1)::int
                AS product_orders,
            (row_number() OVER (PARTITION BY order_id, category) = 1)::int
                AS category_orders,
            (row_number() OVER (PARTITION BY order_id, product_id, category) = 1)::int
                AS pair_orders
        FROM order_items
    ), refunded AS (
        SELECT order_item_id, sum(quantity) AS quantity, sum(discount) AS discount
        FROM refund_lines GROUP BY order_item_id
    )
    SELECT orders.id AS order_id, customer_id, product_id, category, sign,
           sign * event.quantity AS quantity,
           sign * price * event.quantity AS gross,
           sign * (price * event.quantity - event.discount) AS amount,
           sign * orders AS orders, sign * product_orders AS product_orders,
           sign * category_orders AS category_orders,
           sign * pair_orders AS pair_orders,
           occurred_at, placed_at, absent.state{of_order}
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
    SELECT orders.id, customer_id, product_id, category, -1,
           -line.quantity, -price * line.quantity,
           line.discount - price * line.quantity,
           0, 0, 0, 0, refunded_at, placed_at, absent.state{of_refund}
    FROM refunds
    JOIN orders ON orders.id = refunds.order_id
    JOIN refund_lines AS line ON line.refund_id = refunds.id
    JOIN order_items AS item ON item.id = line.order_item_id
    LEFT JOIN absent ON absent.event_id = refunds.event_id
    WHERE absent.excused IS NOT TRUE
"""

# What the ledger has besides: it is asked for by projections that have no View.
OF_ORDER = """,
           CASE sign WHEN 1 THEN 'sale' ELSE 'cancellation' END AS kind,
           event.event_id, sku, product_name"""
OF_REFUND = ", 'refund', refunds.event_id, sku, product_name"


def lines(*, whole: bool) -> str:
    """`whole` has all that the ledger tells of a line, at the price of its width."""
    if not whole:
        return LINES.format(of_order="", of_refund="")
    return LINES.format(of_order=OF_ORDER, of_refund=OF_REFUND)


# Each line in the books of its time, with positive numbers: a sale in one book, what
# was taken back in two.
BOOKINGS = """
    CREATE TEMP TABLE booking ON COMMIT DROP AS
    SELECT book, booked_at, product_id, category, state, sign * quantity AS units,
           sign * gross AS gross, sign * (gross - amount) AS discount,
           sign * amount AS amount, sign * orders AS orders,
           sign * category_orders AS category_orders, sign * pair_orders AS pair_orders
    FROM line JOIN (
        VALUES (1, 'sale'), (-1, 'made'), (-1, 'by_order')
    ) AS books (sign, book) USING (sign)
    CROSS JOIN LATERAL (
        SELECT CASE book WHEN 'by_order' THEN placed_at ELSE occurred_at END
    ) AS at (booked_at)
"""
