"""Refunds and cancellations in the roll-ups, by hand-computed examples."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from messaging.events import OrderCancelled, OrderCreated, OrderRefunded
from projections_app import projector
from projections_app.ledger import OrderEvent
from tests.messaging.builders import body_of
from tests.projections_app.messages import a_line
from tests.projections_app.replaying import rows
from tests.projections_app.rollup_oracle import made_at

JANUARY = datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC)
FEBRUARY = JANUARY + timedelta(seconds=1)
MARCH = datetime(2026, 3, 29, 1, 5, tzinfo=UTC)

MONTHS = """
    SELECT to_char(min({0}), 'Mon'), sum(orders), sum(gross - discounts), sum(units),
           sum(reversals), sum(units_reversed), sum(cancelled),
           sum(reversals_by_order), sum(units_reversed_by_order),
           sum(cancelled_by_order)
    FROM {1} GROUP BY date_trunc('month', {0}) ORDER BY min({0})
"""
ORDER = """
    SELECT lines, gross - discounts, units, reversals, units_reversed, cancelled,
           last_reversal_at
    FROM order_view
"""
QUARTERS = """
    SELECT quarter_start, gross - discounts, reversals, reversals_by_order
    FROM sales_quarter_view ORDER BY 1
"""
Moment = tuple[int, int, int, int]

UNSOLD = (0, "0.00", 0)
NOTHING = ("0.00", 0, 0)


def sale(at: datetime = JANUARY) -> OrderCreated:
    """Three pieces at 10.00, less 1.00: 29.00."""
    order = a_line(quantity=3, unit_price=Decimal(10), discount=Decimal(1))
    return msgspec.structs.replace(order, placed_at=at)


def taken(order: OrderCreated, quantity: int, discount: str) -> dict[str, Any]:
    [sold] = order.lines
    line = msgspec.structs.replace(sold, quantity=quantity, discount=Decimal(discount))
    return {
        "order_id": order.order_id,
        "customer_id": order.customer_id,
        "placed_at": order.placed_at,
        "lines": (line,),
        "total": line.amount,
    }


def refund(quantity: int, discount: str, at: datetime) -> OrderRefunded:
    part = taken(sale(), quantity, discount)
    return OrderRefunded(refund_id=1, refunded_at=at, restocked=False, **part)


def cancellation(
    quantity: int, discount: str, at: datetime, order: OrderCreated | None = None
) -> OrderCancelled:
    return OrderCancelled(cancelled_at=at, **taken(order or sale(), quantity, discount))


# What was taken back; by month: sold, taken back when made, taken back by the order.
FATES: dict[str, tuple[Sequence[OrderEvent], list[Any]]] = {
    "a part": (
        [refund(1, "0.33", FEBRUARY)],
        [
            ("Jan", (1, "29.00", 3), NOTHING, ("9.67", 1, 0)),
            ("Feb", UNSOLD, ("9.67", 1, 0), NOTHING),
        ],
    ),
    "all": (
        [refund(3, "1.00", JANUARY)],
        [("Jan", (1, "29.00", 3), ("29.00", 3, 0), ("29.00", 3, 0))],
    ),
    "a part, then the rest": (
        [refund(1, "0.33", FEBRUARY), refund(2, "0.67", MARCH)],
        [
            ("Jan", (1, "29.00", 3), NOTHING, ("29.00", 3, 0)),
            ("Feb", UNSOLD, ("9.67", 1, 0), NOTHING),
            ("Mar", UNSOLD, ("19.33", 2, 0), NOTHING),
        ],
    ),
    "cancelled in the next month": (
        [cancellation(3, "1.00", FEBRUARY)],
        [
            ("Jan", (1, "29.00", 3), NOTHING, ("29.00", 3, 1)),
            ("Feb", UNSOLD, ("29.00", 3, 1), NOTHING),
        ],
    ),
    "all refunded, then cancelled": (
        [refund(3, "1.00", FEBRUARY), cancellation(0, "0.00", MARCH)],
        [
            ("Jan", (1, "29.00", 3), NOTHING, ("29.00", 3, 1)),
            ("Feb", UNSOLD, ("29.00", 3, 0), NOTHING),
            ("Mar", UNSOLD, ("0.00", 0, 1), NOTHING),
        ],
    ),
}
ORDERS_OF_ARRIVAL: dict[str, Callable[[list[OrderEvent]], list[list[OrderEvent]]]] = {
    "in order": lambda events: [[event] for event in events],
    "backwards": lambda events: [[event] for event in reversed(events)],
    "at once": lambda events: [events],
}


def apply(batches: Sequence[Sequence[OrderEvent]]) -> None:
    for batch in batches:
        assert projector.apply([body_of(event) for event in batch]) == []


@pytest.mark.parametrize("arrival", ORDERS_OF_ARRIVAL)
@pytest.mark.parametrize("fate", FATES)
def test_what_is_taken_back_counts_when_made_and_when_its_order_was_placed(
    fate: str, arrival: str
) -> None:
    reversals, months = FATES[fate]

    apply(ORDERS_OF_ARRIVAL[arrival]([sale(), *reversals]))

    for column, table in (
        ("month", "product_month_view"),
        ("day", "category_day_view"),
    ):
        found = rows(MONTHS.format(column, table))
        assert [flat(month) for month in months] == [
            tuple(map(str, row)) for row in found
        ]
    [(lines, net, units, reversed_, pieces, cancelled, last)] = rows(ORDER)
    assert (lines, net, units) == (1, Decimal(29), 3)
    assert reversed_ == sum((each.total for each in reversals), Decimal(0))
    assert pieces == sum(each.lines[0].quantity for each in reversals)
    assert cancelled == isinstance(reversals[-1], OrderCancelled)
    assert last == made_at(reversals[-1])


def flat(month: Any) -> tuple[str, ...]:
    name, *groups = month
    return name, *(str(figure) for group in groups for figure in group)


@pytest.mark.parametrize(
    ("zone", "placed", "cancelled"),
    [
        # 01:50 and 03:05 of the clock, a quarter of an hour apart.
        ("Europe/Berlin", (3, 29, 0, 50), (3, 29, 1, 5)),
        # 02:50 and 02:05 of the clock.
        ("Europe/Berlin", (10, 25, 0, 50), (10, 25, 1, 5)),
        # 23:55 and 00:10: another day and month.
        ("Asia/Kathmandu", (1, 31, 18, 10), (1, 31, 18, 25)),
    ],
)
def test_a_quarter_of_an_hour_lies_within_one_local_hour_and_day(
    zone: str, placed: Moment, cancelled: Moment
) -> None:
    sold_at, taken_at = (
        datetime(2026, month, day, hour, minute, tzinfo=UTC)
        for month, day, hour, minute in (placed, cancelled)
    )
    order = sale(sold_at)

    apply([[cancellation(3, "1.00", taken_at, order), order]])

    net, zero = Decimal(29), Decimal(0)
    first, second = rows(QUARTERS)
    assert first[1:] == (net, zero, net)
    assert second[1:] == (zero, net, zero)
    for (start, *_), at in zip((first, second), (sold_at, taken_at), strict=True):
        assert local_hour(start, zone) == local_hour(at, zone)
    assert local_hour(first[0], zone) != local_hour(second[0], zone)


def local_hour(at: datetime, zone: str) -> tuple[int, ...]:
    local = at.astimezone(ZoneInfo(zone))
    return (local.month, local.day, local.hour, local.fold)
