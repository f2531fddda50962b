"""Local time for the recomputation: ranges in a zone, and the buckets of a series.

Buckets are found by asking the clock of the zone every quarter of an hour; a bucket
ends where what it is called changes.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

QUARTER = 900  # seconds
DAY = timedelta(days=1)
MOST_BUCKETS = 2000
INTERVALS = ("hour", "day", "week", "month")


class Range(NamedTuple):
    name: str
    first: str  # as the report is asked
    last: str
    zone: ZoneInfo

    @property
    def start(self) -> int:
        return instant(self.first, self.zone)

    @property
    def end(self) -> int:
        return instant(self.last, self.zone)

    @property
    def query(self) -> dict[str, str]:
        return {"from": self.first, "to": self.last, "tz": self.zone.key}

    @property
    def days(self) -> int | None:
        """None where it is not of whole local days."""
        if "T" in self.first + self.last:
            return None
        return (date.fromisoformat(self.last) - date.fromisoformat(self.first)).days

    def before(self) -> "Range":
        """The previous period."""
        if (days := self.days) is None:
            length = timedelta(seconds=self.end - self.start)
            first, last = (datetime.fromisoformat(at) - length for at in self[1:3])
        else:
            first, last = (date.fromisoformat(at) - days * DAY for at in self[1:3])
        return self._replace(first=first.isoformat(), last=last.isoformat())


def ranges(zone: ZoneInfo, today: date) -> list[Range]:
    """Ten: `today` is when the reversals were made; the sample is of 2017."""

    def at(text: str) -> str:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat()

    spring, autumn = changes_of_clocks(zone)
    spans = {
        "a day": ("2017-06-15", "2017-06-16"),
        "odd hours": (at("2017-05-03T07:15"), at("2017-05-04T18:45")),
        "a week": ("2017-07-10", "2017-07-17"),
        "a month": ("2017-04-01", "2017-05-01"),
        "clocks go forward": (f"{spring}", f"{spring + DAY}"),
        "clocks go back": (f"{autumn}", f"{autumn + DAY}"),
        "a quarter": ("2017-10-01", "2018-01-01"),
        "a year": ("2017-01-01", "2018-01-01"),
        "now": (f"{today - 2 * DAY}", f"{today + 3 * DAY}"),
        "all": ("2016-12-31", f"{today + 3 * DAY}"),
    }
    return [Range(name, *span, zone) for name, span in spans.items()]


def changes_of_clocks(zone: ZoneInfo) -> tuple[date, date]:
    """The days of 2017 on which the offset changes; others where it never does."""
    noon = datetime(2017, 1, 1, 12, tzinfo=zone)
    days = [noon + number * DAY for number in range(365)]
    found = [
        day.date() for day in days if day.utcoffset() != (day - DAY).utcoffset()
    ] or [date(2017, 3, 12), date(2017, 11, 5)]
    return found[0], found[-1]


def instant(text: str, zone: ZoneInfo) -> int:
    """A local date is its first moment: also where there is no midnight."""
    if "T" in text:
        return int(datetime.fromisoformat(text).timestamp())
    day = date.fromisoformat(text)
    at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) - 86_400
    while local(at, zone).date() < day:
        at += QUARTER
    return at


def local(at: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(at, zone)


def label(at: int, zone: ZoneInfo, interval: str) -> object:
    """What the bucket of a moment is called."""
    shown = local(at, zone)
    if interval == "hour":
        return shown.date(), shown.hour, shown.utcoffset()
    if interval == "week":
        return shown.isocalendar()[:2]
    return (shown.year, shown.month) if interval == "month" else shown.date()


def buckets(asked: Range, interval: str) -> list[tuple[int, int]]:
    """Starts and ends; none where there are too many."""
    longest = {"hour": 3600, "day": 86_400, "week": 604_800, "month": 2_678_400}
    if (asked.end - asked.start) / longest[interval] > MOST_BUCKETS:
        return []
    starts = list(_starts(asked, interval))
    if len(starts) > MOST_BUCKETS:
        return []
    return list(zip(starts, [*starts[1:], asked.end], strict=True))


def _starts(asked: Range, interval: str) -> Iterator[int]:
    before = None
    for at in range(asked.start, asked.end, QUARTER):
        name = label(at, asked.zone, interval)
        if name != before:
            yield at
        before = name


def is_cut(asked: Range, interval: str, start: int, end: int) -> bool:
    """Whether the range begins or ends within the bucket."""
    edges = {start, end} & {asked.start, asked.end}
    return any(
        label(at - QUARTER, asked.zone, interval) == label(at, asked.zone, interval)
        for at in edges
    )


def month_of(at: int, zone: ZoneInfo) -> int:
    """Counted from the year 0."""
    shown = local(at, zone)
    return shown.year * 12 + shown.month


def moment(at: int, zone: ZoneInfo) -> str:
    return local(at, zone).isoformat()
