"""The roll-ups recomputed in plain Python: one line after the other, no SQL."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from messaging.events import OrderCancelled, OrderCreated, OrderLine

Row = dict[str, Any]
Key = Callable[[datetime, OrderLine], Any]

MEASURES = (
    "orders",
    "gross",
    "discounts",
    "units",
    "reversals",
    "units_reversed",
    "cancelled",
    "reversals_by_order",
    "units_reversed_by_order",
    "cancelled_by_order",
)


def quarter(at: datetime, line: OrderLine) -> datetime:
    return at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0)


def product_month(at: datetime, line: OrderLine) -> str:
    return f"{at.year}-{at.month:02}-01|{line.product_id}|{line.category}"


def category_day(at: datetime, line: OrderLine) -> str:
    return f"{at:%Y-%m-%d}|{line.category}"


def rolled_up(orders: Iterable[Any], key: Key) -> dict[Any, tuple[Any, ...]]:
    """What every bucket has, in the order of MEASURES."""
    rows: dict[Any, Row] = defaultdict(lambda: dict.fromkeys(MEASURES, 0))
    for event in orders:
        for at, suffix in bookings(event):
            keys = [key(at, line) for line in event.lines]
            for bucket, line in zip(keys, event.lines, strict=True):
                add(rows[bucket], event, line, suffix)
            for bucket in set(keys):
                count(rows[bucket], event, suffix)
    return {bucket: tuple(row.values()) for bucket, row in rows.items()}


def bookings(event: Any) -> Iterator[tuple[datetime, str]]:
    """When an event counts, and for which columns."""
    if isinstance(event, OrderCreated):
        yield event.placed_at, ""
    else:
        yield made_at(event), ""
        yield event.placed_at, "_by_order"


def add(row: Row, event: Any, line: OrderLine, suffix: str) -> None:
    if isinstance(event, OrderCreated):
        row["gross"] += line.gross
        row["discounts"] += line.discount
        row["units"] += line.quantity
    else:
        row[f"reversals{suffix}"] += line.amount
        row[f"units_reversed{suffix}"] += line.quantity


def count(row: Row, event: Any, suffix: str) -> None:
    row["orders"] += isinstance(event, OrderCreated)
    row[f"cancelled{suffix}"] += isinstance(event, OrderCancelled)


def made_at(event: Any) -> datetime:
    if isinstance(event, OrderCancelled):
        return event.cancelled_at
    at: datetime = event.refunded_at
    return at


def order_view(orders: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    by_id: dict[int, list[Any]] = defaultdict(list)
    for event in orders:
        if event.lines:
            by_id[event.order_id].append(event)
    return {order_id: one_order(events) for order_id, events in by_id.items()}


def one_order(events: list[Any]) -> tuple[Any, ...]:
    sold = [e for e in events if isinstance(e, OrderCreated)]
    reversals = [e for e in events if not isinstance(e, OrderCreated)]
    lines = [line for event in sold for line in event.lines]
    taken = [line for event in reversals for line in event.lines]
    return (
        events[0].customer_id,
        events[0].placed_at,
        len(lines),
        sum((line.gross for line in lines), Decimal(0)),
        sum((line.discount for line in lines), Decimal(0)),
        sum(line.quantity for line in lines),
        sum((line.amount for line in taken), Decimal(0)),
        sum(line.quantity for line in taken),
        len([event for event in reversals if isinstance(event, OrderCancelled)]),
        max(map(made_at, reversals), default=None),
    )
