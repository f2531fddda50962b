"""An order as it stands: its lines, and what refunds have left of them."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from commands_app.errors import AlreadyCancelled, UnknownOrder
from commands_app.models import Order
from commands_app.session import execute
from messaging.events import OrderLine

CENT = Decimal("0.01")

LOCK = """
    SELECT id, customer_id, placed_at, status, now() FROM orders
    WHERE id = $1 FOR NO KEY UPDATE
"""
# A statement of its own behind the lock, so that it sees the refunds made before it.
LINES = """
    SELECT item.id, line_no, product_id, sku, product_name, category, item.quantity,
           price, item.discount, coalesce(sum(refunded.quantity), 0)::int
    FROM order_items AS item
    LEFT JOIN refund_lines AS refunded ON refunded.order_item_id = item.id
    WHERE order_id = $1
    GROUP BY item.id ORDER BY line_no
"""


class Line(NamedTuple):
    """An order line, and how many of its pieces were refunded before."""

    item_id: int
    line_no: int
    product_id: int
    sku: str | None
    name: str
    category: str
    quantity: int
    price: Decimal
    discount: Decimal
    refunded: int

    @property
    def left(self) -> int:
        return self.quantity - self.refunded

    def next(self, pieces: int) -> OrderLine:
        """The next pieces to take back, with their share of the discount."""
        return OrderLine(
            line_no=self.line_no,
            product_id=self.product_id,
            sku=self.sku,
            name=self.name,
            category=self.category,
            quantity=pieces,
            unit_price=self.price,
            discount=self._share(self.refunded + pieces) - self._share(self.refunded),
        )

    def _share(self, pieces: int) -> Decimal:
        """The discount on the first pieces: rounded in sum, so that parts add up."""
        share = self.discount * pieces / self.quantity
        return share.quantize(CENT, rounding=ROUND_DOWN)


class Sold(NamedTuple):
    id: int
    customer_id: int
    placed_at: datetime
    status: str
    now: datetime  # of the database
    lines: dict[int, Line]  # by line number


def lock(order_id: int) -> Sold:
    """Holds the order until the end; raises UnknownOrder or AlreadyCancelled."""
    locked = execute(LOCK, order_id)
    lines = execute(LINES, order_id)
    if not locked.rows:
        raise UnknownOrder
    sold = Sold._make([*locked.rows[0], {row[1]: Line(*row) for row in lines.rows}])
    if sold.status == Order.Status.CANCELLED:
        raise AlreadyCancelled
    return sold


def worth(lines: Iterable[OrderLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal("0.00"))
