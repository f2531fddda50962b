"""Orders and what became of them, applied as the projector applies them."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec

from messaging.events import (
    Event,
    OrderCancelled,
    OrderCreated,
    OrderLine,
    OrderRefunded,
)
from projections_app import projector
from tests.messaging.builders import an_order, body_of


def at(text: str) -> datetime:
    """In UTC, unless the text has an offset."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def line(
    quantity: int, price: str, discount: str = "0.00", *, product: int = 7, no: int = 1
) -> OrderLine:
    return msgspec.structs.replace(
        an_order().lines[0],
        line_no=no,
        product_id=product,
        quantity=quantity,
        unit_price=Decimal(price),
        discount=Decimal(discount),
    )


def order(id_: int, customer: int, placed: str, *lines: OrderLine) -> OrderCreated:
    return an_order(
        order_id=id_,
        customer_id=customer,
        placed_at=at(placed),
        lines=lines,
        total=sum((each.amount for each in lines), Decimal(0)),
    )


def refund(of: OrderCreated, made: str, *lines: OrderLine) -> OrderRefunded:
    return OrderRefunded(
        order_id=of.order_id,
        customer_id=of.customer_id,
        placed_at=of.placed_at,
        lines=lines,
        total=sum((each.amount for each in lines), Decimal(0)),
        refund_id=1,
        refunded_at=at(made),
        restocked=False,
    )


def cancel(of: OrderCreated, made: str) -> OrderCancelled:
    return OrderCancelled(
        order_id=of.order_id,
        customer_id=of.customer_id,
        placed_at=of.placed_at,
        lines=of.lines,
        total=of.total,
        cancelled_at=at(made),
    )


def apply(*events: Event) -> None:
    assert projector.apply([body_of(event) for event in events]) == []


def example() -> list[Event]:
    """The lines of docs/reference/metrics.md."""
    first = order(1, 1, "2024-02-10T12:00", line(1, "50.00"))
    second = order(2, 1, "2024-03-01T09:00", line(4, "25.00", "10.00"))
    third = order(3, 2, "2024-03-01T10:00", line(1, "20.00"))
    fourth = order(4, 2, "2024-03-02T11:00", line(2, "15.50", "0.99"))
    fifth = order(5, 3, "2024-03-06T12:00", line(1, "10.00"))
    return [
        *(first, second, third, fourth, fifth),
        refund(first, "2024-03-02T08:00", line(1, "50.00")),
        refund(second, "2024-03-03T08:00", line(1, "25.00", "2.50")),
        cancel(fourth, "2024-04-05T08:00"),
    ]
