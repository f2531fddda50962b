"""Refunding orders: some lines, some pieces, or all that is left."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from commands_app import outbox, sold, stock
from commands_app.errors import Invalid, NothingLeft
from commands_app.outbox import Receipt
from commands_app.session import columns, execute, in_transaction
from commands_app.sold import Sold
from messaging.envelope import new_event_id
from messaging.events import OrderLine, OrderRefunded
from messaging.failpoints import fail_point

DRAW_ID = "SELECT nextval(pg_get_serial_sequence('refunds', 'id'))"
INSERT = """
    INSERT INTO refunds (id, order_id, restocked, reason, event_id, refunded_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""
INSERT_LINES = """
    INSERT INTO refund_lines (refund_id, order_item_id, quantity, discount)
    SELECT $1::bigint, * FROM unnest($2::bigint[], $3::int[], $4::numeric[])
"""


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What to refund of one line."""

    line_no: int
    quantity: int | None = None  # None: all that is left of the line


class NewRefund(msgspec.Struct, frozen=True, kw_only=True):
    parts: Sequence[Part] | None = None  # None: all that is left of the order
    restock: bool = False
    reason: str | None = None


def refund_order(order_id: int, refund: NewRefund) -> Receipt:
    """The receipt is the refund's.

    Raises UnknownOrder, AlreadyCancelled, NothingLeft or Invalid.
    """
    return in_transaction(lambda: _refund(order_id, refund))


def _refund(order_id: int, refund: NewRefund) -> Receipt:
    order = sold.lock(order_id)
    fail_point("refunds.locked")
    lines = _lines(order, refund.parts)
    [(refund_id,)] = execute(DRAW_ID).rows
    event = OrderRefunded(
        order_id=order.id,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        lines=lines,
        total=sold.worth(lines),
        refund_id=refund_id,
        refunded_at=order.now,
        restocked=refund.restock,
        reason=refund.reason,
    )
    event_id = new_event_id()
    if refund.restock:
        stock.put_back(lines)
    _insert(order, event_id, event)
    outbox.append({event_id: event})
    fail_point("refunds.written")
    return Receipt(event.refund_id, event_id)


def _lines(order: Sold, parts: Sequence[Part] | None) -> tuple[OrderLine, ...]:
    if parts is None:
        parts = [Part(line_no=n) for n, line in order.lines.items() if line.left]
        if not parts:
            raise NothingLeft
    taken: set[int] = set()
    for index, part in enumerate(parts):
        _check(part, order, taken, pointer=f"/items/{index}")
        taken.add(part.line_no)
    chosen = [(order.lines[part.line_no], part.quantity) for part in parts]
    return tuple(line.next(quantity or line.left) for line, quantity in chosen)


def _check(part: Part, order: Sold, taken: Collection[int], *, pointer: str) -> None:
    line = order.lines.get(part.line_no)
    if line is None:
        raise Invalid("The order has no such line.", pointer=f"{pointer}/line")
    if part.line_no in taken:
        raise Invalid("The line is named twice.", pointer=f"{pointer}/line")
    if line.left < (part.quantity or 1):
        raise NothingLeft(pointer=pointer, left=line.left)


def _insert(order: Sold, event_id: UUID, event: OrderRefunded) -> None:
    rows = [
        (order.lines[line.line_no].item_id, line.quantity, line.discount)
        for line in event.lines
    ]
    refund = [event.refund_id, order.id, event.restocked, event.reason, event_id]
    execute(INSERT, *refund, event.refunded_at)
    execute(INSERT_LINES, event.refund_id, *columns(rows))
