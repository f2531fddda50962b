"""The figures of the range, and how they went over time."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from msgspec import UNSET

from queries_app.dashboard import chart, orders
from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.figures import MEASURES, SUM, Before, figures_of
from queries_app.dashboard.models import Chart, Empty, Figures, Link
from queries_app.dashboard.wording import DAY, span
from queries_app.errors import InvalidParameter
from queries_app.reports.summary import summary
from queries_app.reports.timeseries import timeseries

MORE = (
    "orders",
    "average_order_value",
    "average_order_value_gross",
    "units",
    "customers",
    "new_customers",
    "returning_customers",
    "returning_customer_rate",
    "repeat_purchase_rate",
    "cancelled_orders",
)
AGAINST = {"previous_period": "Period before", "previous_year": "Year before"}
DATED = len("2024-03-01")


def range_figures(asked: Asked) -> Figures:
    total = answer(summary, asked.question("summary")).total
    return figures_of_total(asked, total, more=MORE, report="summary")


def figures_of_total(
    asked: Asked, total: Any, *, more: Iterable[str], report: str, **about: str
) -> Figures:
    def befores(key: str) -> list[Before]:
        return before(total, key)

    def href(key: str) -> str:
        return asked.behind(key, about)

    return Figures(
        title=span(asked.start, asked.end),
        sum=figures_of(SUM, total, befores=befores, href=href),
        more=figures_of(more, total, befores=befores, href=href),
        exports=asked.exports(report),
    )


def before(total: Any, key: str) -> list[Before]:
    if total.previous is UNSET:
        return []
    previous = getattr(total.previous, key)
    return [Before("from", previous, getattr(total.growth, key))]


def sales_chart(asked: Asked) -> Chart:
    question = asked.question(
        "sales/timeseries", interval=asked.query.get("interval") or None
    )
    found = answer(timeseries, question)
    return chart_of(
        asked, found.data, interval=question.interval, report="sales/timeseries"
    )


def chart_of(
    asked: Asked, data: Any, *, interval: str, report: str, **about: str
) -> Chart:
    measure = measure_of(asked)
    against = AGAINST.get(asked.chosen.compare, "")
    named = MEASURES[measure]
    points = [point(bucket, measure) for bucket in data]
    return Chart(
        title=f"{named.label} over time",
        measure=named.label,
        interval=chart.COLUMN[interval],
        against=against,
        description=f"{named.label} by {interval}; the table below has all figures.",
        buckets=chart.buckets(
            points,
            measure=measure,
            interval=interval,
            href=lambda start, end: asked.between("orders", start, end, **about),
            is_long=asked.end - asked.start > 2 * DAY,
        ),
        measures=tuple(
            Link(
                MEASURES[key].label,
                asked.here("interval", measure=None if key == "net_sales" else key),
                key == measure,
            )
            for key in chart.SHOWN
        ),
        intervals=intervals(asked, interval),
        exports=asked.exports(report, interval=interval),
        is_empty=not any(each.value or each.before for each in points),
        empty=nothing_sold(asked),
    )


def measure_of(asked: Asked) -> str:
    measure = asked.query.get("measure") or "net_sales"
    if measure not in chart.SHOWN:
        raise InvalidParameter("measure", f"is one of {', '.join(chart.SHOWN)}.")
    return measure


def point(bucket: Any, measure: str) -> chart.Point:
    previous = bucket.previous
    return chart.Point(
        datetime.fromisoformat(bucket.start),
        datetime.fromisoformat(bucket.end),
        bucket.partial,
        getattr(bucket, measure),
        None if previous is UNSET else getattr(previous, measure),
    )


def intervals(asked: Asked, current: str) -> tuple[Link, ...]:
    """Those that make neither one bucket nor too many."""
    length = asked.end - asked.start
    fits: dict[str, Callable[[], bool]] = {
        "hour": lambda: length <= 45 * DAY,
        "day": lambda: DAY < length <= 1000 * DAY,
        "week": lambda: length > 7 * DAY,
        "month": lambda: length > 31 * DAY,
    }
    return tuple(
        Link(label, asked.here("measure", interval=name), name == current)
        for name, label in chart.INTERVALS.items()
        if name == current or fits[name]()
    )


def nothing_sold(asked: Asked) -> Empty:
    """With a way to where there is something."""
    newest = orders.newest()
    if newest is None:
        return Empty(
            "Nothing has been sold yet",
            "The first order appears here within a second of being placed.",
        )
    day = newest.astimezone(asked.period.zone).date()
    there = asked.chosen.between(str(day - 364 * DAY), str(day + DAY))
    return Empty(
        "Nothing was sold in this range",
        f"The newest order is of {span_of_day(day)}.",
        Link("Show the year up to it", asked.path + there.query()),
    )


def span_of_day(day: Any) -> str:
    start = datetime.combine(day, datetime.min.time())
    return span(start, start + DAY)
