"""Cancellations and refunds of every kind, placed over HTTP, the same each time."""

from random import Random
from typing import Any, NamedTuple

import psycopg

from tests.sample.api import Api
from tests.sample.ledger import Sample

SEED = 2017
LINES = """
    SELECT orders.id, line_no, quantity FROM orders
    JOIN order_items ON order_id = orders.id
    WHERE reference = %s AND orders.status = 'placed' ORDER BY line_no
"""


Step = tuple[str, dict[str, Any]]  # the end of its address, and the body
CANCEL: Step = "cancel", {}
REFUND: Step = "refunds", {}  # all that is left


class Line(NamedTuple):
    order: int
    number: int
    quantity: int


def reverse(
    sample: Sample, connection: psycopg.Connection, commands: Api, count: int
) -> str:
    """Of so many orders; answers the last event's id. Raises SystemExit."""
    event = ""
    chosen = Random(SEED).sample(sorted(sample.orders), count)
    for number, basket in enumerate(chosen):
        found = connection.execute(LINES, [str(basket)]).fetchall()
        if not found:
            raise SystemExit(f"basket {basket} is not there, or was cancelled")
        for path, body in steps(number, [Line(*row) for row in found]):
            event = commands.post(f"/api/orders/{found[0][0]}/{path}", body)
    return event


def steps(number: int, lines: list[Line]) -> list[Step]:
    """All; a piece; a piece, then the rest; piece by piece; a piece, then cancelled."""
    largest = max(lines, key=lambda line: line.quantity)
    piece: Step = "refunds", {"items": [{"line": largest.number, "quantity": 1}]}
    first = [piece] if len(lines) > 1 or largest.quantity > 1 else []
    kinds = (
        [CANCEL],
        [REFUND],
        [piece],
        [*first, REFUND],
        [piece] * min(largest.quantity, 5),
        [*first, CANCEL],
    )
    return kinds[number % len(kinds)]
