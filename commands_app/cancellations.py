"""Cancelling orders: what refunds have left is reversed and goes back to stock."""

from commands_app import outbox, sold, stock
from commands_app.models import Order
from commands_app.outbox import Receipt
from commands_app.session import execute, in_transaction
from messaging.envelope import new_event_id
from messaging.events import OrderCancelled
from messaging.failpoints import fail_point

SET_STATUS = "UPDATE orders SET status = $1 WHERE id = $2"
INSERT = """
    INSERT INTO order_cancellations (order_id, reason, event_id, cancelled_at)
    VALUES ($1, $2, $3, $4)
"""


def cancel_order(order_id: int, *, reason: str | None = None) -> Receipt:
    """Raises UnknownOrder or AlreadyCancelled; the receipt is the order's."""
    return in_transaction(lambda: _cancel(order_id, reason))


def _cancel(order_id: int, reason: str | None) -> Receipt:
    order = sold.lock(order_id)
    fail_point("cancellations.locked")
    lines = tuple(line.next(line.left) for line in order.lines.values())
    event = OrderCancelled(
        order_id=order.id,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        lines=lines,
        total=sold.worth(lines),
        cancelled_at=order.now,
        reason=reason,
    )
    event_id = new_event_id()
    stock.put_back(lines)
    execute(SET_STATUS, Order.Status.CANCELLED.value, order.id)
    execute(INSERT, order.id, reason, event_id, order.now)
    outbox.append({event_id: event})
    fail_point("cancellations.written")
    return Receipt(order.id, event_id)
