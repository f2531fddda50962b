"""What the read API answers: the shapes, and how money and time are written."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated

import msgspec

Money = Annotated[
    Decimal,
    msgspec.Meta(extra_json_schema={"type": "number", "format": "decimal"}),
]
# UTC with milliseconds, as in 2024-01-15T10:30:00.000Z.
Instant = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]

encode = msgspec.json.Encoder(decimal_format="number").encode


class Response(msgspec.Struct, frozen=True, rename="camel"):
    """An answer with figures."""


class ProductSales(Response, frozen=True):
    product_id: int
    total_quantity_sold: int
    total_revenue: Money
    order_count: int


class CategoryRevenue(Response, frozen=True):
    category: str
    total_revenue: Money
    total_orders: int


class CustomerLifetimeValue(Response, frozen=True):
    customer_id: int
    total_spent: Money
    order_count: int
    last_order_date: Instant | None


class HourSales(Response, frozen=True):
    hour: Instant
    total_orders: int
    total_revenue: Money


class HourlySales(Response, frozen=True):
    from_: Instant = msgspec.field(name="from")
    to: Instant
    hours: list[HourSales]


class SyncStatus(Response, frozen=True):
    last_processed_event_timestamp: Instant | None
    lag_seconds: int | None


def instant(moment: datetime) -> Instant:
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return f"{text.removesuffix('+00:00')}Z"
