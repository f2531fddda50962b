"""Writes pgbench scripts that place orders: the statements of `place_orders` itself.

The same statements, in the same two round trips and one transaction, prepared; only
what Python computes (ids, JSON) is put together by the server.
"""

import re
import sys
from collections.abc import Sequence
from pathlib import Path

import django

django.setup()

from commands_app import orders, outbox, stock  # noqa: E402 (needs settings)

ORDER_ID = "currval(pg_get_serial_sequence('orders', 'id'))"
# Ids of events as they are drawn in life: one after the other in time.
EVENT_ID = f"('019c0000000070008000' || lpad(to_hex({ORDER_ID}), 12, '0'))"
# Templates of format(); after a colon comes a space, or pgbench would see a variable.
LINE = """{"lineNo": %s, "productId": %s, "name": "Product number 1234",
"category": "Category 123", "quantity": %s, "unitPrice": "45.67", "discount": "0.00",
"sku": "SKU-1234"}"""
PAYLOAD = """{"eventType": "OrderCreated", "orderId": %s, "customerId": %s,
"placedAt": "%s", "lines": [LINES], "total": "45.67", "reference": null}"""
ORDER = """[{"id": %s, "customer_id": %s, "reference": null, "total": "45.67",
"placed_at": "%s", "event_id": "%s"}]"""
EVENT = """[{"id": "%s", "topic": "order-events", "type": "OrderCreated", "version": 1,
"subject": "order/%s", "payload": %s}]"""


def main(folder: Path, products: int, most_lines: int) -> None:
    for lines in range(1, most_lines + 1):
        folder.joinpath(f"order-{lines}.sql").write_text(order(lines, products))


def order(lines: int, products: int) -> str:
    """The script of an order."""
    numbers = range(1, lines + 1)
    ids = f"ARRAY[{', '.join(f':p{n}' for n in numbers)}]::bigint[]"
    pieces = f"ARRAY[{', '.join(f'-:q{n}::bigint' for n in numbers)}]::bigint[]"
    template = PAYLOAD.replace("LINES", ", ".join([LINE] * lines))
    sold = [
        value for n in numbers for value in (str(n), f":p{n}::bigint", f":q{n}::int")
    ]
    payload = _format(template, ORDER_ID, ":c::bigint", "now()", *sold)
    placed = _format(ORDER, ORDER_ID, ":c::bigint", "now()", EVENT_ID)
    first = [
        "BEGIN",
        _filled(stock.LOCK, [ids]),
        _filled(orders.DRAW_IDS, ["1"]),
    ]
    second = [
        _filled(stock.CHANGE, [ids, pieces]),
        _filled(orders.INSERT_ORDERS, [placed]),
        _filled(orders.INSERT_LINES, [f"('[' || {payload} || ']')"]),
        _filled(outbox.APPEND, ["NULL", _format(EVENT, EVENT_ID, ORDER_ID, payload)]),
    ]
    dice = [r"\set c random(1, 100000)"]
    for n in numbers:
        dice += [rf"\set p{n} random(1, {products})", rf"\set q{n} random(1, 5)"]
    return "\n".join([*dice, *_pipeline(first), *_pipeline([*second, "COMMIT"]), ""])


def _format(template: str, *values: str) -> str:
    return f"format($${template}$$, {', '.join(values)})"


def _filled(statement: str, values: Sequence[str]) -> str:
    """The statement with an expression in the place of each parameter."""
    return re.sub(r"\$(\d)", lambda number: values[int(number[1]) - 1], statement)


def _pipeline(statements: Sequence[str]) -> list[str]:
    body = [f"{statement.strip()};" for statement in statements]
    return [r"\startpipeline", *body, r"\endpipeline"]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
