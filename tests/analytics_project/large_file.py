"""A file that is larger than what lies between server and client can hold."""

import time

import psycopg

from tests.analytics_project.web import Web, eventually

LINES = """
    INSERT INTO sales_ledger (event_id, line_no, kind, order_id, customer_id,
        product_id, product_name, category, quantity, gross, discount, amount,
        occurred_at, order_placed_at)
    SELECT gen_random_uuid(), 1, 'sale', number, 1, 1, repeat('x', 2000), 'c',
        1, 1, 0, 1, '2024-03-05T10:00Z', '2024-03-05T10:00Z'
    FROM generate_series(1, 10000) AS number
"""
COPIES = """
    SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY%' AND state = 'active'
           AND backend_type = 'client backend'
"""
SOON_S = 10  # the database itself gives up after 25
FILE = "/api/analytics/explain?metric=units&from=2024-03-01&to=2024-04-01&format=ndjson"


def a_client_goes_away(web: Web) -> None:
    """In the middle of a file of 23 MB; that ends, and the process has room again."""
    with psycopg.connect(web.postgres.url("read"), autocommit=True) as database:

        def copies() -> int:
            ((count,),) = database.execute(COPIES)
            return int(count)

        database.execute(LINES)
        head = f"GET {FILE} HTTP/1.1\r\nHost: localhost\r\n\r\n"
        with web.stalled("queries", head.encode()) as client:
            assert client.recv(1000).startswith(b"HTTP/1.1 200")
            assert copies() == 1
        gone = time.monotonic()
        eventually(lambda: copies() == 0, "the statement ends")
        assert time.monotonic() - gone < SOON_S
        database.execute("DELETE FROM sales_ledger")
    eventually(lambda: web.answers("queries", FILE), "there is room for a file")
