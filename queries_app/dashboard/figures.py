"""The figures that merchants know by name, and how one compares with another time."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import NamedTuple

from queries_app.dashboard.models import Change, Figure
from queries_app.dashboard.wording import NOTHING, figure, percent

Number = Decimal | int | None


class Measure(NamedTuple):
    label: str
    kind: str = "money"  # or count, rate
    better: str = "up"  # or down, or neither
    hint: str = ""


MEASURES = {
    "gross_sales": Measure("Gross sales"),
    "discounts": Measure("Discounts", better="neither"),
    "sales_reversals": Measure("Cancelled and refunded", better="down"),
    "net_sales": Measure("Net sales"),
    "orders": Measure("Orders", "count"),
    "cancelled_orders": Measure("Cancelled orders", "count", "down"),
    "units": Measure("Units sold", "count"),
    "units_reversed": Measure("Units taken back", "count", "down"),
    "net_units": Measure("Net units", "count"),
    "average_order_value": Measure("Average order", hint="net"),
    "average_order_value_gross": Measure("Average order", hint="before reversals"),
    "customers": Measure("Customers", "count"),
    "new_customers": Measure("New customers", "count"),
    "returning_customers": Measure("Returning customers", "count"),
    "returning_customer_rate": Measure("Returning rate", "rate"),
    "repeat_purchase_rate": Measure("Repeat purchase rate", "rate"),
}
SUM = ("gross_sales", "discounts", "sales_reversals", "net_sales")


class Before(NamedTuple):
    """A figure of another time; `against` says of which."""

    against: str
    value: Number
    growth: Decimal | None
    is_shown: bool = True


def a_figure(
    key: str, value: Number, *, befores: Iterable[Before] = (), href: str = ""
) -> Figure:
    measure = MEASURES[key]
    return Figure(
        key=key,
        label=measure.label,
        value=figure(value, kind=measure.kind),
        href=href if value is not None else "",
        hint=measure.hint,
        changes=tuple(change(measure, value, before) for before in befores),
    )


def change(measure: Measure, value: Number, before: Before) -> Change:
    direction = direction_of(before.growth)
    return Change(
        text=growth_text(before.growth, value, before.value),
        direction=direction,
        tone=tone(direction, measure.better),
        against=before.against,
        before=figure(before.value, kind=measure.kind) if before.is_shown else "",
    )


def growth_text(growth: Decimal | None, value: Number, before: Number) -> str:
    """Without the sign, which the arrow shows; no growth is given on nothing."""
    if growth is None:
        return "new" if value and not before else NOTHING
    return f"{abs(percent(growth)):,}%"


def direction_of(growth: Decimal | None) -> str:
    if not growth or not percent(growth):
        return "flat"
    return "up" if growth > 0 else "down"


def tone(direction: str, better: str) -> str:
    if direction == "flat" or better == "neither":
        return "plain"
    return "good" if direction == better else "bad"


def figures_of(
    keys: Iterable[str],
    total: object,
    *,
    befores: Callable[[str], Iterable[Before]],
    href: Callable[[str], str],
) -> tuple[Figure, ...]:
    return tuple(
        a_figure(key, getattr(total, key), befores=befores(key), href=href(key))
        for key in keys
    )
