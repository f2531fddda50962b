"""A measure over time: buckets with their names, and links to what lies behind."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from queries_app.dashboard.figures import MEASURES, Number
from queries_app.dashboard.models import Bucket
from queries_app.dashboard.wording import DAY, day, figure

SHOWN = ("net_sales", "gross_sales", "orders", "units", "average_order_value")
INTERVALS = {"hour": "Hours", "day": "Days", "week": "Weeks", "month": "Months"}
COLUMN = {"hour": "Hour", "day": "Day", "week": "Week", "month": "Month"}


class Point(NamedTuple):
    """`start` and `end` are local; both values are of the measure that is shown."""

    start: datetime
    end: datetime
    partial: bool
    value: Number
    before: Number


def buckets(
    points: Iterable[Point],
    *,
    measure: str,
    interval: str,
    href: Callable[[datetime, datetime], str],
    is_long: bool,
) -> tuple[Bucket, ...]:
    """`is_long`: the hours are of more than two days."""
    kind = MEASURES[measure].kind
    return tuple(
        Bucket(
            label=label(point, interval),
            short=short(point.start, interval, is_long=is_long),
            href=href(point.start, point.end),
            raw=raw(point.value),
            value=figure(point.value, kind=kind),
            raw_before=raw(point.before),
            before=figure(point.before, kind=kind),
            is_partial=point.partial,
        )
        for point in points
    )


def raw(value: Number) -> str:
    return "" if value is None else str(value)


def label(point: Point, interval: str) -> str:
    start = point.start
    if interval == "hour":
        return f"{start:%a} {day(start)}, {start:%H:%M}"
    if interval == "day":
        return f"{start:%a} {day(start)}"
    if interval == "week":
        last = point.end - DAY
        return f"{start.day} {start:%b} \N{EN DASH} {day(last)}"
    return f"{start:%B %Y}"


def short(start: datetime, interval: str, *, is_long: bool) -> str:
    if interval == "hour":
        return f"{start.day} {start:%b %H:%M}" if is_long else f"{start:%H:%M}"
    if interval == "month":
        return f"{start:%b} \N{RIGHT SINGLE QUOTATION MARK}{start:%y}"
    return f"{start.day} {start:%b}"
