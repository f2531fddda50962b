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

# Ids of events as they are drawn in life: one after the other in time.
EVENT = """('019c00000000' || '70008000' || lpad(to_hex(currval(
    pg_get_serial_sequence('orders', 'id'))), 12, '0'))::uuid"""
LINE = """{"lineNo": %s, "productId": %s, "name": "Product number 1234",
"category": "Category 123", "quantity": %s, "unitPrice": "45.67", "discount": "0.00",
"sku": "SKU-1234"}"""
ORDER = """{"eventType": "OrderCreated", "orderId": %s, "customerId": %s,
"placedAt": "2026-11-22T100000.123Z", "lines": [LINES], "total": "45.67",
"reference": null}"""
ORDER_ID = "currval(pg_get_serial_sequence('orders', 'id'))"


def main(folder: Path, products: int, most_lines: int) -> None:
    for lines in range(1, most_lines + 1):
        folder.joinpath(f"order-{lines}.sql").write_text(order(lines, products))


def order(lines: int, products: int) -> str:
    """The script of an order."""
    numbers = range(1, lines + 1)
    ids = f"ARRAY[{', '.join(f':p{n}' for n in numbers)}]::bigint[]"
    pieces = f"ARRAY[{', '.join(f'-:q{n}::bigint' for n in numbers)}]::bigint[]"
    text = f"format($${_document(lines)}$$, {ORDER_ID}, :c::bigint, {_values(lines)})"
    event = [f"ARRAY[{EVENT}]", "ARRAY['order-events']", "ARRAY['OrderCreated']"]
    event += ["ARRAY[1]", f"ARRAY['order/' || {ORDER_ID}]", f"ARRAY[{text}]"]
    placed = [f"ARRAY[{ORDER_ID}]", "ARRAY[:c::bigint]", "ARRAY[NULL]"]
    placed += ["ARRAY[45.67]", "ARRAY[now()]", f"ARRAY[{EVENT}]"]
    first = [
        "BEGIN",
        _filled(stock.LOCK, [ids, ids]),
        _filled(orders.DRAW_IDS, ["1"]),
        _filled(orders.BY_REFERENCE, ["ARRAY[]"]),
    ]
    second = [
        _filled(stock.CHANGE, [ids, pieces]),
        _filled(orders.INSERT_ORDERS, placed),
        _filled(orders.INSERT_LINES, [f"('[' || {text} || ']')"]),
        _filled(outbox.APPEND, ["NULL", *event]),
    ]
    dice = [r"\set c random(1, 100000)"]
    for n in numbers:
        dice += [rf"\set p{n} random(1, {products})", rf"\set q{n} random(1, 5)"]
    return "\n".join([*dice, *_pipeline(first), *_pipeline(second), "COMMIT;\n"])


def _document(lines: int) -> str:
    return ORDER.replace("LINES", ", ".join([LINE] * lines))


def _values(lines: int) -> str:
    return ", ".join(f"{n}, :p{n}::bigint, :q{n}::int" for n in range(1, lines + 1))


def _filled(statement: str, values: Sequence[str]) -> str:
    """The statement with an expression in the place of each parameter."""
    parts = re.split(r"%[sb]", statement)
    pairs = zip(parts, [*values, ""], strict=True)
    return "".join(part + value for part, value in pairs)


def _pipeline(statements: Sequence[str]) -> list[str]:
    body = [f"{statement.strip()};" for statement in statements]
    return [r"\startpipeline", *body, r"\endpipeline"]


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
