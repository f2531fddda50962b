"""Writers of orders, in plain SQL, that leave their transactions open for a while."""

import random
import threading
import time
from typing import LiteralString

import psycopg

from chaos.context import Chaos
from chaos.errors import ChaosError
from chaos.system import System

WRITERS = 16
SHARE_OF_LONG = 0.02  # of all transactions
SHORT_S = 0.03
BATCH = 25  # orders a transaction
# An id is drawn first, then the transaction waits, then it commits: a gap till then.
PLACE: LiteralString = """
    WITH placed AS (
        INSERT INTO orders (customer_id, total, placed_at, event_id)
        SELECT 1 + n %% 50, 10, '2020-01-01T00:00Z'::timestamptz, gen_random_uuid()
        FROM generate_series(1, %s) AS n
        RETURNING id, customer_id, placed_at, event_id
    ), line AS (
        INSERT INTO order_items (order_id, line_no, product_id, product_name, category,
                                 quantity, price, discount)
        SELECT id, 1, 1, 'Thing', 'Things', 1, 10, 0 FROM placed
    )
    INSERT INTO outbox (event_id, topic, event_type, version, subject, payload)
    SELECT event_id, 'order-events', 'OrderCreated', 1, 'order/' || id,
           jsonb_build_object(
               'eventType', 'OrderCreated', 'orderId', id, 'customerId', customer_id,
               'placedAt', placed_at, 'total', '10.00', 'lines', jsonb_build_array(
                   jsonb_build_object(
                       'lineNo', 1, 'productId', 1, 'name', 'Thing',
                       'category', 'Things', 'quantity', 1, 'unitPrice', '10.00',
                       'discount', '0.00')))
    FROM placed
"""
ONE_PRODUCT: LiteralString = """
    WITH made AS (
        INSERT INTO products (name, category, price) VALUES ('Thing', 'Things', 10)
        RETURNING id
    )
    INSERT INTO outbox (event_id, topic, event_type, version, subject, payload)
    SELECT gen_random_uuid(), 'product-events', 'ProductCreated', 1, 'product/' || id,
           jsonb_build_object('eventType', 'ProductCreated', 'productId', id,
               'version', 1, 'name', 'Thing', 'category', 'Things', 'price', '10.00')
    FROM made
"""


def write(
    chaos: Chaos,
    system: System,
    events: int,
    longest: float,
    *,
    batch: int = BATCH,
    short: float = SHORT_S,
) -> int:
    """How many events were committed by all writers and are in the outbox."""
    system.write_db(ONE_PRODUCT)
    counts = [0] * WRITERS
    share = -(-events // (WRITERS * batch))

    def writer(number: int) -> None:
        dice = random.Random(f"{chaos.seed} writer {number}")
        with psycopg.connect(system.environment["DATABASE_URL"]) as connection:
            long_one = number * share // WRITERS
            for turn in range(share):
                connection.execute(PLACE, [batch])
                most = longest if dice.random() < SHARE_OF_LONG else short
                time.sleep(longest if turn == long_one else dice.uniform(0, most))
                connection.commit()
                counts[number] += batch

    threads = [threading.Thread(target=writer, args=[n]) for n in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if counts != [share * batch] * WRITERS:
        raise ChaosError(f"a writer gave up: {counts}")
    return 1 + sum(counts)
