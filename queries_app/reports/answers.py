"""What all reports answer alike: the meta object, figures, rates and growth."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from operator import attrgetter
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import UNSET, UnsetType, structs

from queries_app.reports.buckets import Interval
from queries_app.reports.parameters import Attribution, Labels
from queries_app.reports.ranges import Mode
from queries_app.responses import Instant, Money, Response

DEFINITIONS = 1  # the version of docs/reference/metrics.md
FOURTH = Decimal("0.0001")

# A share or a growth: four decimals, 0.25 being a quarter.
Rate = Annotated[
    Decimal, msgspec.Meta(extra_json_schema={"type": "number", "format": "decimal"})
]
# Money, a count or a rate.
Figure = Annotated[Decimal, msgspec.Meta(extra_json_schema={"type": "number"})]
# With the offset of the zone asked for, as in 2024-03-01T00:00:00+01:00.
LocalTime = Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})]


class Compared(Response, frozen=True):
    mode: Mode
    from_: LocalTime = msgspec.field(name="from")
    to: LocalTime


class Meta(Response, frozen=True, kw_only=True):
    """The question as it was understood, and how far the figures can be trusted."""

    from_: LocalTime = msgspec.field(name="from")
    to: LocalTime
    tz: str
    attribution: Attribution
    labels: Labels
    interval: Interval | UnsetType = UNSET
    compare: Compared | UnsetType = UNSET
    definitions: int = DEFINITIONS
    as_of: Instant | None  # all that was committed before it is in, or parked
    lag_seconds: int | None
    parked_events: int  # that may touch these figures


class Answer(Response, frozen=True, kw_only=True):
    """What a report's view returns; each adds its figures."""

    meta: Meta


class Sales(Response, frozen=True, kw_only=True):
    """The figures that every part of the sales has (measures.FIGURES, in its order)."""

    gross_sales: Money
    discounts: Money
    sales_reversals: Money
    net_sales: Money
    orders: int
    cancelled_orders: int
    units: int
    units_reversed: int
    net_units: int
    average_order_value: Money | None
    average_order_value_gross: Money | None


class SalesGrowth(Response, frozen=True, kw_only=True):
    """(now - before) / |before|; null where before is 0 or null."""

    gross_sales: Rate | None
    discounts: Rate | None
    sales_reversals: Rate | None
    net_sales: Rate | None
    orders: Rate | None
    cancelled_orders: Rate | None
    units: Rate | None
    units_reversed: Rate | None
    net_units: Rate | None
    average_order_value: Rate | None
    average_order_value_gross: Rate | None


Row = Sequence[Any]
Number = Decimal | int | None
Kind = TypeVar("Kind", bound=Response)


def growth(now: Number, before: Number) -> Rate | None:
    if now is None or not before:
        return None
    base = Decimal(before)
    return ((now - base) / abs(base)).quantize(FOURTH, ROUND_HALF_UP)


def growth_of(kind: type[Kind], now: Response, before: Response) -> Kind:
    """Of every field that `kind` has."""
    names = kind.__struct_fields__
    values = attrgetter(*names)
    changes = map(growth, values(now), values(before))
    return kind(**dict(zip(names, changes, strict=True)))


def figures(kind: type[Kind], row: Row) -> Kind:
    """From a row with the fields of `kind` in their order, of the last ones none."""
    return kind(**dict(zip(kind.__struct_fields__, row, strict=False)))


def beside(now: Kind, before: Response, grown: type[Response]) -> Kind:
    """With its fields `previous` and `growth`."""
    return structs.replace(now, previous=before, growth=growth_of(grown, now, before))
