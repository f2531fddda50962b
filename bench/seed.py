"""Orders written by SQL: as if they had been placed, and, if wanted, applied."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import psycopg

from projections_app.projections import PROJECTIONS

CUSTOMERS = 100_000
CATEGORIES = 300

PRODUCTS = f"""
    INSERT INTO products (sku, name, category, price, stock)
    SELECT 'SKU-' || n, 'Product number ' || n, 'Category ' || n %% {CATEGORIES},
           (199 + n * 37 %% 9800) / 100.0, 1000000000
    FROM generate_series(1, %s) AS n
"""
# `lines` an order; 0: one to four of them.
LINES = """
    INSERT INTO order_items (order_id, line_no, product_id, sku, product_name,
                             category, quantity, price, discount)
    SELECT n, line, product.id, sku, name, category, 1 + (n + line) %% 5, price, 0
    FROM generate_series(%(first)s::bigint, %(last)s) AS n,
         generate_series(1, CASE %(lines)s WHEN 0 THEN 1 + n %% 4 ELSE %(lines)s END)
             AS line,
         products AS product
    WHERE product.id = 1 + (n * 31 + line * 1009)
                           %% (SELECT max(id) FROM products)
"""
# One order every 21 seconds of a year; ids of events are UUIDv7 of that time.
ORDERS = f"""
    INSERT INTO orders (id, customer_id, total, placed_at, event_id)
    SELECT order_id, 1 + order_id * 7919 %% {CUSTOMERS}, sum(price * quantity),
           to_timestamp(1735689600 + order_id * 21),
           (lpad(to_hex(1735689600000 + order_id * 21000), 12, '0') || '70008000'
            || lpad(to_hex(order_id), 12, '0'))::uuid
    FROM order_items WHERE order_id BETWEEN %(first)s AND %(last)s
    GROUP BY order_id ORDER BY order_id
"""
EVENTS = """
    INSERT INTO outbox (event_id, topic, event_type, version, subject, published_at,
                        payload)
    SELECT event_id, 'order-events', 'OrderCreated', 1, 'order/' || orders.id,
           CASE WHEN %(published)s THEN now() END,
           jsonb_build_object(
               'eventType', 'OrderCreated', 'orderId', orders.id,
               'customerId', customer_id, 'placedAt', placed_at,
               'reference', reference, 'total', total::text,
               'lines', jsonb_agg(jsonb_build_object(
                   'lineNo', line_no, 'productId', product_id, 'sku', sku,
                   'name', product_name, 'category', category, 'quantity', quantity,
                   'unitPrice', price::text, 'discount', discount::text)))
    FROM orders JOIN order_items ON order_id = orders.id
    WHERE orders.id BETWEEN %(first)s AND %(last)s
    GROUP BY orders.id ORDER BY orders.id
"""
NEXT_ID = "SELECT setval(pg_get_serial_sequence('orders', 'id'), %(last)s)"
LEDGER = (
    "event_id, line_no, kind, order_id, customer_id, product_id, sku, product_name,"
    " category, quantity, gross, discount, amount, occurred_at, order_placed_at"
)
# What is piped from the write side into a table of the read side.
COPIES = {
    f"sales_ledger ({LEDGER})": """
        SELECT event_id, line_no, 'sale', order_id, customer_id, product_id, sku,
               product_name, category, quantity::bigint,
               (price * quantity)::numeric(14, 2), discount,
               (price * quantity - discount)::numeric(14, 2), placed_at, placed_at
        FROM order_items JOIN orders ON orders.id = order_id
        WHERE order_id BETWEEN {first} AND {last} ORDER BY order_items.id
    """,
    "processed_events (event_id, event_type)": """
        SELECT event_id, event_type FROM outbox
        WHERE event_id IN (SELECT event_id FROM orders
                           WHERE id BETWEEN {first} AND {last})
        ORDER BY id
    """,
}
CATALOG = "SELECT id, version, sku, name, category, price FROM products"


def products(environment: Mapping[str, str], count: int) -> None:
    """With stock that lasts, known to both sides, without events."""
    with _write(environment) as write, _read(environment) as read:
        write.execute(PRODUCTS, [count])
        _pipe(write, read, CATALOG, "product_catalog")


def pending(
    environment: Mapping[str, str],
    first: int,
    last: int,
    *,
    lines: int = 0,
    vacuum: bool = True,
) -> None:
    """Orders whose events are not published yet; they appear all at once."""
    with _write(environment) as write:
        _place(write, first=first, last=last, lines=lines, published=False)
    if vacuum:
        _vacuum(environment["DATABASE_URL"])


def applied(
    environment: Mapping[str, str], first: int, last: int, *, lines: int
) -> None:
    """Orders that have gone all the way, and the views with them."""
    middle = (first + last) // 2
    with ThreadPoolExecutor(2) as pool:  # as many as there are cores
        for half in ((first, middle), (middle + 1, last)):
            pool.submit(_apply, environment, *half, lines=lines)
    with _write(environment) as write, _read(environment) as read:
        write.execute(NEXT_ID, {"last": last})
        read.execute("SET work_mem = '128MB'")
        for projection in PROJECTIONS:
            where = f"order_id BETWEEN {first} AND {last}"
            read.execute(projection.upsert(where=where).encode())
    for side in ("DATABASE_URL", "READ_DATABASE_URL"):
        _vacuum(environment[side])


def _apply(environment: Mapping[str, str], first: int, last: int, lines: int) -> None:
    with _write(environment) as write, _read(environment) as read:
        _place(write, first=first, last=last, lines=lines, published=True)
        for table, query in COPIES.items():
            _pipe(write, read, query.format(first=first, last=last), table)


def _place(write: psycopg.Connection, **values: object) -> None:
    # What is inserted fits; a check of every row's keys would take as long again.
    write.execute("SET session_replication_role = replica")
    for statement in (LINES, ORDERS, EVENTS, NEXT_ID):
        write.execute(statement, values)


def _pipe(
    write: psycopg.Connection, read: psycopg.Connection, query: str, table: str
) -> None:
    with (
        write.cursor().copy(
            f"COPY ({query}) TO STDOUT (FORMAT binary)".encode()
        ) as source,
        read.cursor().copy(
            f"COPY {table} FROM STDIN (FORMAT binary)".encode()
        ) as target,
    ):
        for block in source:
            target.write(block)


def _write(environment: Mapping[str, str]) -> psycopg.Connection:
    return psycopg.connect(environment["DATABASE_URL"])


def _read(environment: Mapping[str, str]) -> psycopg.Connection:
    return psycopg.connect(environment["READ_DATABASE_URL"])


def _vacuum(url: str) -> None:
    """What autovacuum would do sooner or later, in the middle of a measurement."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")
