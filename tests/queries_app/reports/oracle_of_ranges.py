"""The reports once more: from the events, in plain Python, slow and obvious.

Nothing of the code under test is used: buckets are what a clock on the wall shows.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from messaging.events import OrderCreated, OrderEvent
from tests.projections_app.oracle import occurred_at

Events = Iterable[OrderEvent]


def booked_at(event: OrderEvent, attribution: str) -> datetime:
    moment = event.placed_at if attribution == "order_date" else occurred_at(event)
    assert isinstance(moment, datetime)
    return moment


def within(
    events: Events, start: datetime, end: datetime, attribution: str
) -> list[OrderEvent]:
    return [each for each in events if start <= booked_at(each, attribution) < end]


def sales(events: Events) -> dict[str, Any]:
    """Of all these events."""
    events = list(events)
    sold = [each for each in events if isinstance(each, OrderCreated)]
    back = [each for each in events if not isinstance(each, OrderCreated)]
    gross = money(line.gross for each in sold for line in each.lines)
    discounts = money(line.discount for each in sold for line in each.lines)
    reversals = money(each.total for each in back)
    net, orders = gross - discounts - reversals, len(sold)
    units, reversed_ = pieces(sold), pieces(back)
    return {
        "grossSales": gross,
        "discounts": discounts,
        "salesReversals": reversals,
        "netSales": net,
        "orders": orders,
        "cancelledOrders": sum(hasattr(each, "cancelled_at") for each in back),
        "units": units,
        "unitsReversed": reversed_,
        "netUnits": units - reversed_,
        "averageOrderValue": ratio(net, orders, "0.01"),
        "averageOrderValueGross": ratio(gross - discounts, orders, "0.01"),
    }


def customers(events: Events, start: datetime, end: datetime) -> dict[str, Any]:
    """Of the orders placed in [start, end), among all that were ever placed."""
    placed = [each for each in events if isinstance(each, OrderCreated)]
    ever = Counter(each.customer_id for each in placed)
    earlier = {each.customer_id for each in placed if each.placed_at < start}
    inside = Counter(
        each.customer_id for each in placed if start <= each.placed_at < end
    )
    count = len(inside)
    more_ever = sum(ever[each] > 1 for each in inside)
    return {
        "customers": count,
        "newCustomers": len(inside.keys() - earlier),
        "returningCustomers": len(inside.keys() & earlier),
        "returningCustomerRate": ratio(more_ever, count, "0.0001"),
        "repeatPurchaseRate": ratio(
            sum(times > 1 for times in inside.values()), count, "0.0001"
        ),
    }


def series(
    events: Events, zone: ZoneInfo, interval: str, attribution: str
) -> dict[Hashable, dict[str, Any]]:
    """The figures of each bucket in which anything happened."""

    def key(event: OrderEvent) -> Any:
        return bucket_of(booked_at(event, attribution).astimezone(zone), interval)

    ordered = sorted(events, key=lambda event: booked_at(event, attribution))
    return {name: sales(some) for name, some in groupby(ordered, key)}


def bucket_of(local: datetime, interval: str) -> Hashable:
    """What a local time has in common with all others in its bucket."""
    named: dict[str, Callable[[], Hashable]] = {
        "hour": lambda: (local.date(), local.hour, local.utcoffset()),
        "day": local.date,
        "week": lambda: local.date() - timedelta(days=local.weekday()),
        "month": lambda: (local.year, local.month),
    }
    return named[interval]()


def growth(now: Any, before: Any) -> Decimal | None:
    if now is None or not before:
        return None
    return ratio(Decimal(now) - before, abs(before), "0.0001")


def ratio(part: Decimal | int, whole: Decimal | int, unit: str) -> Decimal | None:
    if not whole:
        return None
    return (Decimal(part) / whole).quantize(Decimal(unit), ROUND_HALF_UP)


def money(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))


def pieces(events: Events) -> int:
    return sum(line.quantity for each in events for line in each.lines)
