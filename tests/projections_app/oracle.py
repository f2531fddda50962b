"""The read tables recomputed from a list of events in plain Python, and read back."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import connections

from messaging.events import (
    Event,
    OrderCancelled,
    OrderCreated,
    OrderRefunded,
    ProductState,
)
from tests.projections_app.histories import Recorded
from tests.projections_app.rollup_oracle import (
    MEASURES,
    category_day,
    order_view,
    product_month,
    quarter,
    rolled_up,
)

Table = dict[Any, tuple[Any, ...]]  # the other columns by the key

TABLES = {
    "product_sales_view": "product_id, total_quantity_sold, total_revenue, "
    "order_count, lowest_category, highest_category",
    "category_metrics_view": "category_name, total_revenue, total_orders",
    "customer_ltv_view": "customer_id, total_spent, order_count, last_order_date, "
    "first_order_date, orders_placed",
    "hourly_sales_view": "hour_timestamp, total_orders, total_revenue",
    "order_view": "order_id, customer_id, placed_at, lines, gross, discounts, units, "
    "reversals, units_reversed, cancelled, last_reversal_at",
    "sales_quarter_view": f"quarter_start, {', '.join(MEASURES)}",
    "product_month_view": "concat_ws('|', month, product_id, category), "
    f"{', '.join(MEASURES)}",
    "category_day_view": f"concat_ws('|', day, category), {', '.join(MEASURES)}",
    "product_catalog": "product_id, version, name, category, price",
    "processed_events": "event_id, event_type",
    "sales_ledger": "(event_id, line_no), kind, order_id, customer_id, product_id, "
    "product_name, category, quantity, gross, discount, amount, occurred_at, "
    "order_placed_at",
}


def stored() -> dict[str, Table]:
    """All read tables as they are, without what depends on the clock."""
    found = {}
    with connections["read"].cursor() as cursor:
        for table, columns in TABLES.items():
            cursor.execute(f"SELECT {columns} FROM {table}")
            found[table] = {key: tuple(rest) for key, *rest in cursor.fetchall()}
    return found


def expected(history: Iterable[Recorded]) -> dict[str, Table]:
    """The views, the roll-ups and the catalogue; slow, obvious, and without SQL."""
    events = [event for _, event in history]
    orders = [event for event in events if not isinstance(event, ProductState)]
    return {
        "product_sales_view": product_sales(orders),
        "category_metrics_view": category_metrics(orders),
        "customer_ltv_view": customer_ltv(orders),
        "hourly_sales_view": hourly_sales(orders),
        "order_view": order_view(orders),
        "sales_quarter_view": rolled_up(orders, quarter),
        "product_month_view": rolled_up(orders, product_month),
        "category_day_view": rolled_up(orders, category_day),
        "product_catalog": catalog(events),
    }


def product_sales(orders: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    quantity: dict[int, int] = defaultdict(int)
    revenue: dict[int, Decimal] = defaultdict(Decimal)
    count: dict[int, int] = defaultdict(int)
    categories: dict[int, set[bytes]] = defaultdict(set)
    for event in orders:
        for line in event.lines:
            quantity[line.product_id] += sign(event) * line.quantity
            revenue[line.product_id] += sign(event) * line.amount
            categories[line.product_id].add(line.category.encode())
        for product_id in {line.product_id for line in event.lines}:
            count[product_id] += counts(event)
    return {
        id_: (
            quantity[id_],
            revenue[id_],
            count[id_],
            min(categories[id_]).decode(),
            max(categories[id_]).decode(),
        )
        for id_ in quantity
    }


def category_metrics(orders: Iterable[Any]) -> dict[str, tuple[Any, ...]]:
    revenue: dict[str, Decimal] = defaultdict(Decimal)
    count: dict[str, int] = defaultdict(int)
    for event in orders:
        for line in event.lines:
            revenue[line.category] += sign(event) * line.amount
        for category in {line.category for line in event.lines}:
            count[category] += counts(event)
    return {name: (revenue[name], count[name]) for name in revenue}


def customer_ltv(orders: Iterable[Any]) -> dict[int, tuple[Any, ...]]:
    result: dict[int, tuple[Any, ...]] = {}
    for event in orders:
        if event.lines:
            at = event.placed_at
            spent, count, last, first, placed = result.get(
                event.customer_id, (Decimal(0), 0, at, at, 0)
            )
            result[event.customer_id] = (
                spent + sign(event) * event.total,
                count + counts(event),
                max(last, at),
                min(first, at),
                placed + isinstance(event, OrderCreated),
            )
    return result


def hourly_sales(orders: Iterable[Any]) -> dict[Any, tuple[Any, ...]]:
    result: dict[Any, tuple[Any, ...]] = {}
    for event in orders:
        if event.lines:
            hour = occurred_at(event).replace(minute=0, second=0, microsecond=0)
            count, revenue = result.get(hour, (0, Decimal(0)))
            placed = isinstance(event, OrderCreated)
            result[hour] = (count + placed, revenue + sign(event) * event.total)
    return result


def catalog(events: Iterable[Event]) -> dict[int, tuple[Any, ...]]:
    newest: dict[int, ProductState] = {}
    for event in events:
        if isinstance(event, ProductState):
            old = newest.setdefault(event.product_id, event)
            newest[event.product_id] = max(old, event, key=lambda each: each.version)
    return {
        id_: (each.version, each.name, each.category, each.price)
        for id_, each in newest.items()
    }


def sign(event: Any) -> int:
    return 1 if isinstance(event, OrderCreated) else -1


def counts(event: Any) -> int:
    """What the event adds to a number of orders."""
    return {OrderCreated: 1, OrderRefunded: 0, OrderCancelled: -1}[type(event)]


def occurred_at(event: Any) -> Any:
    match event:
        case OrderCreated():
            return event.placed_at
        case OrderCancelled():
            return event.cancelled_at
        case OrderRefunded():
            return event.refunded_at
