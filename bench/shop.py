"""Two years of a grocer's ledger, made by SQL: of the shape of the sample, any size.

Only the read side has it; nothing is on the write side.
"""

from collections.abc import Mapping

import psycopg

from projections_app.projections import PROJECTIONS

PRODUCTS = 68_000
CATEGORIES = 300
CUSTOMERS = 2_500
LINES_AN_ORDER = 9  # on the average
DAYS = 730  # until now

# Popularity falls with the rank as in the sample: the power makes few products and
# customers of most lines. Every fiftieth order is reversed in part, weeks later.
LINES = f"""
    INSERT INTO sales_ledger (
        event_id, line_no, kind, order_id, customer_id, product_id, sku, product_name,
        category, quantity, gross, discount, amount, occurred_at, order_placed_at,
        recorded_at)
    SELECT ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, line,
           'sale', n, customer, product,
           'SKU-' || product, 'Product number ' || product,
           'Category ' || category, quantity, cents * quantity / 100.0,
           cents %% 50 / 100.0, (cents * quantity - cents %% 50) / 100.0,
           placed_at, placed_at, placed_at
    FROM (
        SELECT n, line, customer, placed_at, product,
               (power(product / {PRODUCTS}.0, 0.8) * {CATEGORIES})::int AS category,
               1 + (random() * random() * 4)::int AS quantity,
               99 + product * 37 %% 2900 AS cents
        FROM (
            SELECT n,
                   1 + floor({CUSTOMERS} * power(random(), 1.6))::bigint AS customer,
                   now() - interval '{DAYS} days' * (1 - n::float8 / %(orders)s)
                       AS placed_at
            FROM generate_series(1, %(orders)s::bigint) AS n
        ) AS placed, LATERAL (
            SELECT line,
                   1 + floor({PRODUCTS} * power(random(), 2.6))::bigint + 0 * n
                       AS product
            FROM generate_series(1, 1 + n %% {2 * LINES_AN_ORDER - 1}) AS line
        ) AS chosen
    ) AS line
    ORDER BY n, line
"""
REVERSALS = """
    INSERT INTO sales_ledger (
        event_id, line_no, kind, order_id, customer_id, product_id, sku, product_name,
        category, quantity, gross, discount, amount, occurred_at, order_placed_at,
        recorded_at)
    SELECT ('00000000-0000-7000-9000-' || lpad(to_hex(order_id), 12, '0'))::uuid,
           line_no,
           CASE order_id % 100 WHEN 0 THEN 'cancellation' ELSE 'refund' END, order_id,
           customer_id, product_id, sku, product_name, category, -quantity, -gross,
           -discount, -amount, least(now(), late), order_placed_at, least(now(), late)
    FROM sales_ledger, LATERAL (
        SELECT occurred_at + order_id % 40 * interval '1 day' AS late) AS moment
    WHERE order_id % 50 = 0 AND (order_id % 100 = 0 OR line_no = 1)
    ORDER BY order_id, line_no
"""
CATALOG = """
    INSERT INTO product_catalog (product_id, version, sku, name, category, price)
    SELECT DISTINCT ON (product_id) product_id, 1, sku, product_name, category, 1
    FROM sales_ledger
"""
# Made after the lines are there: half the time.
INDEXES = """
    SELECT indexname, indexdef FROM pg_indexes
    WHERE tablename = 'sales_ledger' AND indexname NOT IN (
        SELECT conname FROM pg_constraint WHERE conrelid = 'sales_ledger'::regclass)
"""
# What the pages and headers of a system with nothing to do say.
IN_STEP = """
    INSERT INTO sync_state (id, watermark, last_event_at) VALUES (1, now(), now())
    ON CONFLICT (id) DO UPDATE SET watermark = now(), last_event_at = now()
"""


def fill(environment: Mapping[str, str], lines: int) -> None:
    """Replaces all that the read side has."""
    with psycopg.connect(environment["READ_DATABASE_URL"]) as read:
        tables = ["sales_ledger", "product_catalog", *(p.table for p in PROJECTIONS)]
        read.execute(f"TRUNCATE {', '.join(tables)}".encode())
        read.execute("SET work_mem = '128MB'")
        read.execute("SELECT setseed(0.5)")
        orders = lines // LINES_AN_ORDER
        later = read.execute(INDEXES).fetchall()
        for name, _ in later:
            read.execute(f"DROP INDEX {name}".encode())
        read.execute(LINES.encode(), {"orders": orders})
        for statement in (REVERSALS, CATALOG, IN_STEP, *(each for _, each in later)):
            read.execute(statement.encode())
        for projection in PROJECTIONS:
            read.execute(projection.rebuild(table=projection.table).encode())
    with psycopg.connect(environment["READ_DATABASE_URL"], autocommit=True) as read:
        read.execute("VACUUM (ANALYZE)")
        read.execute("CHECKPOINT")
