"""Local time: ranges, what they are compared with, and the months in them.

All moments are kept in UTC. Zones are Python's (`zoneinfo`), never PostgreSQL's, so
there is one opinion of when a day begins: statements are given moments.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

Mode = Literal["previous_period", "previous_year"]

DAY = timedelta(days=1)
# What the read model keeps sums of. The offsets of all zones in use are multiples.
QUARTER = timedelta(minutes=15)


class Period(NamedTuple):
    """Half open: `end` is not in it. Both are in UTC."""

    start: datetime
    end: datetime
    zone: ZoneInfo


class Bucket(NamedTuple):
    """A part of a range; partial if the range cuts it off."""

    start: datetime
    end: datetime
    partial: bool


class Comparison(NamedTuple):
    mode: Mode
    period: Period
    moved: Callable[[datetime], datetime]  # from the asked range into this one

    def buckets(self, asked: Sequence[Bucket]) -> list[Bucket]:
        """Where these lie in the other range: all of it; some may be empty."""
        start, end, _ = self.period
        inner = [min(max(start, self.moved(each.start)), end) for each in asked[1:]]
        bounds = pairwise([start, *inner, end])
        return [
            Bucket(*ends, each.partial)
            for ends, each in zip(bounds, asked, strict=True)
        ]


# --- local time -----------------------------------------------------------------------
def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a local day, also where the clocks skip midnight."""
    return moment(datetime.combine(day, time()), zone)


def moment(reading: datetime, zone: ZoneInfo) -> datetime:
    """When local clocks show this; the first time of two; if never, as they jump."""
    early = reading.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if naive(early, zone) == reading:
        return early
    before = reading.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return offset_change(before, early, zone)


def offset_change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """The quarter in (before, after] at which the offset from UTC becomes another."""
    old = before.astimezone(zone).utcoffset()

    def is_new(quarters: int) -> int:
        return (before + quarters * QUARTER).astimezone(zone).utcoffset() != old

    last = -((before - after) // QUARTER)  # rounded up
    return before + bisect_left(range(last), 1, key=is_new) * QUARTER


def naive(at: datetime, zone: ZoneInfo) -> datetime:
    """What local clocks show."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def reading(at: datetime, zone: ZoneInfo) -> datetime:
    """The same, with midnight for the first moment of a day that has none."""
    shown = naive(at, zone)
    first = datetime.combine(shown, time())
    return first if shown != first and midnight(first, zone) == at else shown


def is_midnight(at: datetime, zone: ZoneInfo) -> bool:
    return reading(at, zone).time() == time()


def on_quarter(at: datetime) -> bool:
    return at.minute % 15 == at.second == at.microsecond == 0


# --- comparison -----------------------------------------------------------------------
def compared(period: Period, mode: Mode) -> Comparison:
    mover = before if mode == "previous_period" else a_year_before
    moved = mover(period)
    start, end = moved(period.start), moved(period.end)
    if not start < end:  # clocks that were set back in the range were not, then
        end = start + (period.end - period.start)
    return Comparison(mode, Period(start, end, period.zone), moved)


def before(period: Period) -> Callable[[datetime], datetime]:
    """By as many local days if the range is of whole days, else by its duration."""
    start, end, zone = period
    if not (is_midnight(start, zone) and is_midnight(end, zone)):
        return lambda at: at - (end - start)
    days = reading(end, zone) - reading(start, zone)
    return lambda at: moment(reading(at, zone) - days, zone)


def a_year_before(period: Period) -> Callable[[datetime], datetime]:
    """29 February is 28 February if the range begins on it; else it falls away."""
    zone = period.zone
    begins_on_leap_day = is_leap_day(reading(period.start, zone))

    def moved(at: datetime) -> datetime:
        shown = reading(at, zone)
        if is_leap_day(shown):
            if begins_on_leap_day:
                shown = shown.replace(day=28)
            else:
                shown = datetime(shown.year, 3, 1)  # noqa: DTZ001 (a clock's reading)
        return moment(shown.replace(year=shown.year - 1), zone)

    return moved


def is_leap_day(day: date) -> bool:
    return (day.month, day.day) == (2, 29)


# --- months ---------------------------------------------------------------------------
def month_start(at: datetime) -> datetime:
    return at.replace(day=1, hour=0, minute=0)
