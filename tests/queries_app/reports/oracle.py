"""What the reports have to say of events, in plain Python, line by line."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from messaging.events import OrderCancelled, OrderCreated, OrderRefunded, ProductState

Figures = dict[str, Any]
CENT = Decimal("0.01")
FOURTH = Decimal("0.0001")


class Line(NamedTuple):
    kind: str
    order: int
    customer: int
    product: int
    name: str
    category: str
    sku: str | None
    quantity: int
    gross: Decimal
    discount: Decimal
    made: datetime
    placed: datetime
    no: int

    @property
    def net(self) -> Decimal:
        return self.gross - self.discount

    @property
    def is_sale(self) -> bool:
        return self.kind == "sale"


Key = Callable[[Line], Any]


class Oracle:
    """All lines, positive ones: what was sold, and what was taken back."""

    def __init__(self, events: Iterable[Any]) -> None:
        events = list(events)
        self.lines = [line for event in events for line in lines_of(event)]
        self.catalogue = {
            each.product_id: each for each in events if isinstance(each, ProductState)
        }

    def booked(self, attribution: str, start: datetime, end: datetime) -> list[Line]:
        def moment(line: Line) -> datetime:
            return line.made if attribution == "event_date" else line.placed

        return [line for line in self.lines if start <= moment(line) < end]

    def category(self, labels: str) -> Key:
        def of(line: Line) -> str:
            today = self.catalogue.get(line.product) if labels == "current" else None
            return today.category if today else line.category

        return of

    def label(
        self, product: int, labels: str, lines: Sequence[Line]
    ) -> tuple[str | None, str | None, str | None]:
        """Name, category and SKU; `lines` are those of the range."""
        today = self.catalogue.get(product) if labels == "current" else None
        if today:
            return today.name, today.category, today.sku
        own = [line for line in lines if line.product == product]
        if not own:
            return None, None, None
        newest = max(
            own, key=lambda each: (each.is_sale, each.made, each.order, each.no)
        )
        return newest.name, newest.category, newest.sku


def lines_of(event: Any) -> list[Line]:
    match event:
        case OrderCreated():
            kind, made = "sale", event.placed_at
        case OrderCancelled():
            kind, made = "cancellation", event.cancelled_at
        case OrderRefunded():
            kind, made = "refund", event.refunded_at
        case _:
            return []
    return [
        Line(
            *(kind, event.order_id, event.customer_id, each.product_id),
            *(each.name, each.category, each.sku, each.quantity),
            *(each.gross, each.discount, made, event.placed_at, each.line_no),
        )
        for each in event.lines
    ]


def by(key: Key, lines: Iterable[Line]) -> dict[Any, Figures]:
    found: defaultdict[Any, list[Line]] = defaultdict(list)
    for line in lines:
        found[key(line)].append(line)
    told = {name: figures(own) for name, own in found.items()}
    return {name: each for name, each in told.items() if any(each.values())}


def figures(lines: Iterable[Line]) -> Figures:
    lines = list(lines)
    sales = [line for line in lines if line.is_sale]
    others = [line for line in lines if not line.is_sale]
    gross = sum((line.gross for line in sales), Decimal("0.00"))
    discounts = sum((line.discount for line in sales), Decimal("0.00"))
    reversals = sum((line.net for line in others), Decimal("0.00"))
    orders = len({line.order for line in sales})
    units = sum(line.quantity for line in sales)
    back = sum(line.quantity for line in others)
    net = gross - discounts - reversals
    return {
        "grossSales": gross,
        "discounts": discounts,
        "salesReversals": reversals,
        "netSales": net,
        "orders": orders,
        "cancelledOrders": len(
            {line.order for line in others if line.kind == "cancellation"}
        ),
        "units": units,
        "unitsReversed": back,
        "netUnits": units - back,
        "averageOrderValue": part(net, orders, CENT),
        "averageOrderValueGross": part(gross - discounts, orders, CENT),
    }


def part(of: Decimal, whole: Decimal | int, unit: Decimal = FOURTH) -> Decimal | None:
    return (of / whole).quantize(unit, ROUND_HALF_UP) if whole else None


def growth(now: Figures, before: Figures) -> Figures:
    def of(name: str) -> Decimal | None:
        if now[name] is None or not before[name]:
            return None
        return part(Decimal(now[name] - before[name]), abs(before[name]))

    return {name: of(name) for name in now}


def ordered(found: Mapping[Any, Figures], name: str, *, falling: bool) -> list[Any]:
    """Keys; ties by key, null behind all."""

    def place(key: Any) -> tuple[bool, Decimal | int, Any]:
        value = found[key][name]
        if value is None:
            return True, 0, key
        return False, -value if falling else value, key

    return sorted(found, key=place)
