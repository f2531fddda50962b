"""A shop on the write side, and its events carried over by hand."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connections

from commands_app import outbox
from commands_app.cancellations import cancel_order
from commands_app.models import OutboxEvent
from commands_app.products import update_product
from commands_app.refunds import NewRefund, Part, refund_order
from messaging import envelope
from projections_app import projector
from tests.commands_app.builders import line, place, product
from tests.projections_app.messages import a_watermark


def a_shop() -> list[int]:
    """Orders of every fate; answers their ids. The third one is never touched."""
    mouse = product()
    desk = product(name="Schreibtisch", category="Home & Garden", price=Decimal("199"))
    book = product(name="本", category="書籍", price=Decimal("0.99"))
    lamp = product(name="Lamp", category="electronics")
    day = datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC)
    cheap = {"discount": Decimal("0.10")}
    orders = [
        place(line(mouse, 3, **cheap), line(desk), line(mouse, 2), placed_at=day),
        place(line(book, 7, **cheap), customer_id=2, placed_at=day),
        place(line(lamp), line(desk, 2), customer_id=2),
        place(line(book, 3, **cheap), line(lamp), customer_id=3),
    ]
    ids = [order.id for order in orders]
    refund_order(ids[0], NewRefund(parts=[Part(line_no=1, quantity=1)]))
    refund_order(ids[0], NewRefund(parts=[Part(line_no=1), Part(line_no=2)]))
    refund_order(ids[1], NewRefund(parts=[Part(line_no=1, quantity=2)]))
    cancel_order(ids[1])
    cancel_order(ids[3])
    update_product(lamp, {"price": Decimal("31.50"), "category": "Lamps"})
    return ids


def deliver(
    *,
    without: Collection[UUID] = (),
    watermark: bool = True,
    ahead: timedelta = timedelta(seconds=1),
) -> None:
    """Publishes all events; applies those that are not left out.

    The watermark passes even the youngest, by so much.
    """
    now = datetime.now(UTC)
    bodies = {envelope.decode(body).envelope.id: body for body in outbox.history()}
    outbox.mark_published(bodies)
    kept = [body for event_id, body in bodies.items() if event_id not in without]
    if watermark:
        kept.append(a_watermark(now + ahead))
    assert projector.apply(kept) == []


def event_ids(event_type: str) -> list[UUID]:
    found = OutboxEvent.objects.filter(event_type=event_type).order_by("id")
    return list(found.values_list("event_id", flat=True))


def on_read_side(statement: str, *values: Any) -> int:
    """How many rows it concerned: one at least."""
    with connections["read"].cursor() as cursor:
        cursor.execute(statement, values or None)
        assert cursor.rowcount > 0
        return int(cursor.rowcount)
