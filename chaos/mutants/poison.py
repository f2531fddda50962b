"""Events that the read database can never take, written into the outbox."""

import json
from hashlib import sha256

from chaos.system import System

# As the key of a view's index: only the database finds out.
TOO_LONG = "".join(sha256(bytes([n])).hexdigest() for n in range(200))
LINE = {
    "lineNo": 1,
    "productId": 1,
    "name": "Poison",
    "category": TOO_LONG,
    "quantity": 1,
    "unitPrice": "1.00",
    "discount": "0.00",
}
ORDER = {
    "eventType": "OrderCreated",
    "orderId": 2**62,
    "customerId": 1,
    "placedAt": "2020-01-01T00:00:00Z",
    "lines": [LINE],
    "total": "1.00",
}
WRITE = """
    INSERT INTO outbox (event_id, topic, event_type, version, subject, payload)
    SELECT gen_random_uuid(), 'order-events', 'OrderCreated', 1, 'order/0', %s::jsonb
    FROM generate_series(1, %s)
"""


def poison(system: System, count: int) -> None:
    system.write_db(WRITE, json.dumps(ORDER), count)
