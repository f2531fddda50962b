"""Events and messages to put on the wire."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from messaging.envelope import Envelope, Message, encode, new_event_id
from messaging.events import Event, OrderCreated, OrderLine

PLACED_AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)


def an_order(**changes: Any) -> OrderCreated:
    line = OrderLine(
        line_no=1,
        product_id=7,
        name="Mouse",
        category="Electronics",
        quantity=2,
        unit_price=Decimal("29.99"),
        discount=Decimal("0.00"),
    )
    order = OrderCreated(
        order_id=1,
        customer_id=2,
        placed_at=PLACED_AT,
        lines=(line,),
        total=Decimal("59.98"),
    )
    return msgspec.structs.replace(order, **changes)


def body_of(event: Event, **changes: Any) -> bytes:
    envelope = Envelope(
        specversion="1.0",
        id=new_event_id(),
        source="/tests",
        type=event.event_type,
        time=PLACED_AT,
        dataversion=event.VERSION,
        subject=event.subject,
        data=msgspec.Raw(encode(event)),
    )
    return encode(msgspec.structs.replace(envelope, **changes))


def messages(count: int, body: bytes = b"{}") -> list[Message]:
    return [
        Message(new_event_id(), "OrderCreated", "order-events", body)
        for _ in range(count)
    ]
