"""How figures, times and changes are written for people: exact, never a float."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

NOTHING = "\N{EN DASH}"
MINUS = "\N{MINUS SIGN}"
HUNDRED = Decimal(100)
TENTH = Decimal("0.1")
DAY = timedelta(days=1)


def money(value: Decimal | None) -> str:
    return NOTHING if value is None else signed(f"{value:,.2f}")


def count(value: int | None) -> str:
    return NOTHING if value is None else signed(f"{value:,}")


def rate(value: Decimal | None) -> str:
    """A share such as 0.1234, as a percentage with one decimal."""
    return NOTHING if value is None else signed(f"{percent(value):,}%")


def figure(value: Decimal | int | None, *, kind: str) -> str:
    """`kind` is money, count or rate."""
    if value is None:
        return NOTHING
    if kind == "count":
        return count(int(value))
    return (money if kind == "money" else rate)(Decimal(value))


def percent(value: Decimal) -> Decimal:
    return (value * HUNDRED).quantize(TENTH, ROUND_HALF_UP)


def signed(text: str) -> str:
    return text.replace("-", MINUS, 1)


def day(value: date) -> str:
    return f"{value.day} {value:%b %Y}"


def days(start: date, end: date) -> str:
    """The days from start up to, but without, end: `1 to 31 Mar 2024`."""
    last = end - DAY
    if start >= last:
        return day(start)
    if (start.year, start.month) == (last.year, last.month):
        return f"{start.day}\N{EN DASH}{day(last)}"
    if start.year == last.year:
        return f"{start.day} {start:%b} \N{EN DASH} {day(last)}"
    return f"{day(start)} \N{EN DASH} {day(last)}"


def span(start: datetime, end: datetime) -> str:
    """A range in words: whole local days without their hours."""
    if is_midnight(start) and is_midnight(end):
        return days(start.date(), end.date())
    return f"{moment(start)} \N{EN DASH} {moment(end)}"


def moment(value: datetime) -> str:
    return f"{day(value)}, {value:%H:%M}"


def exact(value: datetime, zone: ZoneInfo) -> str:
    local = value.astimezone(zone)
    return f"{day(local)}, {local:%H:%M:%S}"


def is_midnight(value: datetime) -> bool:
    return (value.hour, value.minute, value.second) == (0, 0, 0)


def duration(seconds: int) -> str:
    """`4 s`, `3 min`, `5 h`, `2 days`."""
    for size, unit in ((86_400, "days"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
