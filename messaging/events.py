"""The event contract: every event that crosses the wire, complete in itself.

No event needs another one to be applied: order events carry their lines as sold,
reversals carry the lines that they reverse. Money is written as a JSON string.
"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar

import msgspec

Aware = Annotated[datetime, msgspec.Meta(tz=True)]
# What a database can hold: an event with more is refused before it costs a batch.
Int = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
BigInt = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
YEARS = range(2, 9999)  # that begin and end within the calendar in every zone


def check_years(*moments: datetime) -> None:
    """Raises ValueError, which a decoder tells as its own."""
    if not all(moment.year in YEARS for moment in moments):
        raise ValueError("Expected a time within the calendar")


class _Event(
    msgspec.Struct, frozen=True, kw_only=True, rename="camel", tag_field="eventType"
):
    """Common configuration: `eventType` names the kind inside the data as well."""

    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[str]

    @property
    def event_type(self) -> str:
        return type(self).__name__


class ProductState(_Event, frozen=True, kw_only=True):
    """A product as it stands after the event; `version` starts at 1 and grows."""

    TOPIC = "product-events"

    product_id: BigInt
    version: Int
    name: str
    category: str
    price: Decimal
    stock: int | None = None  # None: stock is not tracked
    sku: str | None = None

    @property
    def subject(self) -> str:
        return f"product/{self.product_id}"


class ProductCreated(ProductState, frozen=True, kw_only=True, tag=True): ...


class ProductUpdated(ProductState, frozen=True, kw_only=True, tag=True): ...


class OrderLine(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One line of an order, or the part of it that a reversal takes back.

    `quantity` is never negative; the event's type gives the sign. `discount` is the
    money taken off the whole line: amount = unit_price * quantity - discount.
    """

    line_no: Int
    product_id: BigInt
    name: str
    category: str
    quantity: BigInt
    unit_price: Decimal
    discount: Decimal
    sku: str | None = None

    @property
    def gross(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def amount(self) -> Decimal:
        return self.gross - self.discount


class OrderEvent(_Event, frozen=True, kw_only=True):
    """What every order event tells: whose order, when it was placed, which lines."""

    TOPIC = "order-events"

    order_id: BigInt
    customer_id: BigInt
    placed_at: Aware
    lines: tuple[OrderLine, ...]
    total: Decimal  # of the lines' amounts, never negative

    def __post_init__(self) -> None:
        check_years(self.placed_at, *self.moments)

    @property
    def moments(self) -> tuple[datetime, ...]:
        """Beside the one at which the order was placed."""
        return ()

    @property
    def subject(self) -> str:
        return f"order/{self.order_id}"


class OrderCreated(OrderEvent, frozen=True, kw_only=True, tag=True):
    reference: str | None = None


class OrderCancelled(OrderEvent, frozen=True, kw_only=True, tag=True):
    """Takes back all that is left of an order.

    Every line of the order is listed, also one that refunds have already emptied
    (quantity 0): the order no longer counts for its product.
    """

    cancelled_at: Aware
    reason: str | None = None

    @property
    def moments(self) -> tuple[datetime, ...]:
        return (self.cancelled_at,)


class OrderRefunded(OrderEvent, frozen=True, kw_only=True, tag=True):
    """Takes back some lines or quantities; the order still counts as placed."""

    refund_id: BigInt
    refunded_at: Aware
    restocked: bool
    reason: str | None = None

    @property
    def moments(self) -> tuple[datetime, ...]:
        return (self.refunded_at,)


class Watermark(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All that was committed before `published_up_to` is in the queue before this."""

    VERSION: ClassVar[int] = 1
    TOPIC: ClassVar[str] = "pipeline"

    published_up_to: Aware

    def __post_init__(self) -> None:
        check_years(self.published_up_to)


Event = ProductCreated | ProductUpdated | OrderCreated | OrderCancelled | OrderRefunded
EVENT_TYPES: tuple[type[Event], ...] = (
    ProductCreated,
    ProductUpdated,
    OrderCreated,
    OrderCancelled,
    OrderRefunded,
)
