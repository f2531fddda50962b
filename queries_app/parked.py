"""Which parked messages may touch a figure, as far as their bodies tell."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Annotated, NamedTuple

import msgspec

Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class Scope(NamedTuple):
    """What a figure is about; None: whatever it is.

    `ranges` are half open. An order matters at any time to figures that look beyond
    them (who is new, whether a customer returned): their scope has no ranges.
    """

    ranges: Collection[tuple[datetime, datetime]] | None = None
    product: int | None = None
    category: str | None = None
    customer: int | None = None
    order: int | None = None
    catalogue: bool = False  # today's names of products matter as well


class Line(msgspec.Struct, rename="camel"):
    product_id: int
    category: str


class OrderEvent(msgspec.Struct, rename="camel"):
    """The part of it that says what it may touch."""

    order_id: int
    customer_id: int
    placed_at: Aware
    lines: list[Line]
    cancelled_at: Aware | None = None
    refunded_at: Aware | None = None

    def touches(self, scope: Scope) -> bool:
        return (
            scope.order in (None, self.order_id)
            and scope.customer in (None, self.customer_id)
            and (scope.ranges is None or self.lies_in(scope.ranges))
            and self.names(scope)
        )

    def names(self, scope: Scope) -> bool:
        return not self.lines or any(
            scope.product in (None, line.product_id)
            and scope.category in (None, line.category)
            for line in self.lines
        )

    def lies_in(self, ranges: Iterable[tuple[datetime, datetime]]) -> bool:
        times = [self.placed_at, self.cancelled_at, self.refunded_at]
        return any(start <= at < end for start, end in ranges for at in times if at)


class ProductEvent(msgspec.Struct, rename="camel"):
    product_id: int
    category: str

    def touches(self, scope: Scope) -> bool:
        return scope.catalogue and scope.product in (None, self.product_id)


class Unreadable(NamedTuple):
    def touches(self, _scope: Scope) -> bool:
        return True


class Message(msgspec.Struct):
    type: str
    data: msgspec.Raw


Parked = OrderEvent | ProductEvent | Unreadable

KINDS: dict[str, type[OrderEvent | ProductEvent]] = {
    "OrderCreated": OrderEvent,
    "OrderCancelled": OrderEvent,
    "OrderRefunded": OrderEvent,
    "ProductCreated": ProductEvent,
    "ProductUpdated": ProductEvent,
}
UNREADABLE = Unreadable()


def read(body: bytes) -> Parked:
    try:
        message = msgspec.json.decode(body, type=Message)
        kind = KINDS.get(message.type)
        return msgspec.json.decode(message.data, type=kind) if kind else UNREADABLE
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return UNREADABLE
