"""The buckets of a series: local hours, days, weeks (from Monday) and months."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice, pairwise
from typing import Literal
from zoneinfo import ZoneInfo

from queries_app.errors import InvalidParameter
from queries_app.reports.ranges import (
    DAY,
    QUARTER,
    Bucket,
    Period,
    is_midnight,
    midnight,
    naive,
    offset_change,
    on_quarter,
    reading,
)

Interval = Literal["hour", "day", "week", "month"]

HOUR = timedelta(hours=1)
MAX_BUCKETS = 2000


def buckets(period: Period, interval: Interval) -> list[Bucket]:
    """Raises InvalidParameter for more than MAX_BUCKETS."""
    start, end, zone = period
    bounds = [*islice(starts(period, interval), MAX_BUCKETS + 1), end]
    if len(bounds) > MAX_BUCKETS + 1:
        raise InvalidParameter(
            "interval", f"makes more than {MAX_BUCKETS} buckets of this range."
        )
    if not all(map(on_quarter, bounds)):
        raise InvalidParameter("tz", "begins its days on no quarter of an hour then.")
    cut = {at for at in (start, end) if not begins(at, zone, interval)}
    return [Bucket(*ends, bool(cut & {*ends})) for ends in pairwise(bounds)]


def starts(period: Period, interval: Interval) -> Iterator[datetime]:
    at, end, zone = period
    following = next_hour if interval == "hour" else next_date
    while at < end:
        yield at
        at = following(at, zone, interval)


def next_date(at: datetime, zone: ZoneInfo, interval: Interval) -> datetime:
    day = naive(at, zone).date()
    if interval == "month":
        return midnight((day.replace(day=1) + 31 * DAY).replace(day=1), zone)
    return midnight(day + (7 - day.weekday() if interval == "week" else 1) * DAY, zone)


def next_hour(at: datetime, zone: ZoneInfo, _interval: Interval = "hour") -> datetime:
    """The clocks' next full hour, or where they are changed before it."""
    shown = at.astimezone(zone)
    following = at + HOUR - timedelta(minutes=shown.minute, seconds=shown.second)
    if following.astimezone(zone).utcoffset() == shown.utcoffset():
        return following
    return offset_change(at, following, zone)


def begins(at: datetime, zone: ZoneInfo, interval: Interval) -> bool:
    """Whether a whole bucket begins here, and so ends here, too."""
    if interval == "hour":
        return next_hour(at - QUARTER, zone) == at
    day = reading(at, zone)
    is_first = {"day": True, "week": day.weekday() == 0, "month": day.day == 1}
    return is_first[interval] and is_midnight(at, zone)


def default_interval(period: Period) -> Interval:
    length = reading(period.end, period.zone) - reading(period.start, period.zone)
    if length <= 2 * DAY:
        return "hour"
    if length <= 92 * DAY:
        return "day"
    return "week" if length <= 2 * 366 * DAY else "month"
