"""Today so far, beside the same hours of yesterday and of the same day last week."""

from datetime import datetime, timedelta
from typing import Any

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.figures import Before, figures_of
from queries_app.dashboard.models import Today
from queries_app.reports.answers import growth
from queries_app.reports.ranges import DAY, QUARTER, midnight, moment, reading
from queries_app.reports.summary import summary

KEYS = (
    "net_sales",
    "orders",
    "average_order_value",
    "new_customers",
    "returning_customers",
)
WEEK = 7 * DAY


def today(asked: Asked) -> Today:
    start, end = hours(asked)
    now = total(asked, start, end)
    yesterday, last_week = (
        total(asked, *earlier(asked, start, end, days)) for days in (DAY, WEEK)
    )
    weekday = f"last {reading(start, asked.period.zone):%A}"

    def befores(key: str) -> list[Before]:
        return [
            Before(against, getattr(then, key), growth_of(now, then, key))
            for against, then in (("yesterday", yesterday), (weekday, last_week))
        ]

    return Today(
        note=f"until {clock(asked)}, beside the same hours of other days",
        figures=figures_of(
            KEYS,
            now,
            befores=befores,
            href=asked.about_part(start, end).behind,
        ),
    )


def hours(asked: Asked) -> tuple[datetime, datetime]:
    """From midnight to the end of this quarter of an hour: figures begin on those."""
    zone = asked.period.zone
    start = midnight(reading(asked.now, zone).date(), zone)
    passed = (asked.now - start) // QUARTER
    return start, start + (passed + 1) * QUARTER


def earlier(
    asked: Asked, start: datetime, end: datetime, by: timedelta
) -> tuple[datetime, datetime]:
    """When the clocks showed the same."""
    zone = asked.period.zone
    began = moment(reading(start, zone) - by, zone)
    ended = moment(reading(end, zone) - by, zone)
    return began, max(ended, began + QUARTER)


def total(asked: Asked, start: datetime, end: datetime) -> Any:
    question = asked.about_part(start, end).alone().question("summary")
    return answer(summary, question).total


def growth_of(now: Any, then: Any, key: str) -> Any:
    return growth(getattr(now, key), getattr(then, key))


def clock(asked: Asked) -> str:
    return f"{reading(asked.now, asked.period.zone):%H:%M}"
