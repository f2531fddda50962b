"""What every report can be asked, decoded strictly: nothing is silently ignored."""

from collections.abc import Collection, Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from django.conf import settings
from django.http import QueryDict

from queries_app.errors import InvalidParameter
from queries_app.parameters import Aware
from queries_app.reports.ranges import (
    DAY,
    Comparison,
    Mode,
    Period,
    compared,
    midnight,
    moment,
    naive,
    on_quarter,
    reading,
)

Attribution = Literal["event_date", "order_date"]
Labels = Literal["as_sold", "current"]

COMMON = frozenset({"from", "to", "tz", "compare", "attribution", "labels"})
WAITING = frozenset({"after", "wait"})
DEFAULT_DAYS = 30
MOST_DAYS = 3653  # ten years
FIRST = datetime(1970, 1, 1, tzinfo=UTC)
LAST = datetime(2200, 1, 1, tzinfo=UTC)
NO_ZONES = {"localtime", "Factory"}  # names without a meaning of their own
LOCAL_DATE = len("2024-03-01")


def values(query: QueryDict, known: Collection[str]) -> dict[str, str]:
    """Each parameter once. Raises InvalidParameter for any that is not known."""
    for name, given in query.lists():
        if name not in known:
            names = ", ".join(sorted(known))
            raise InvalidParameter(name, f"is not known here; known are {names}.")
        if len(given) > 1:
            raise InvalidParameter(name, "is given more than once.")
    return {name: str(value) for name, value in query.items()}


def choice(given: Mapping[str, str], name: str, options: object) -> str | None:
    """`options` is a Literal type; None where the parameter is not given."""
    value = given.get(name)
    if value is not None and value not in get_args(options):
        raise InvalidParameter(name, f"must be {' or '.join(get_args(options))}.")
    return value


def number(
    given: Mapping[str, str], name: str, *, least: int, most: int, default: int
) -> int:
    text = given.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)):
        value = int(text)
        if least <= value <= most:
            return value
    raise InvalidParameter(name, f"must be a whole number from {least} to {most}.")


# --- time -----------------------------------------------------------------------------
@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones() - NO_ZONES)


def zone(given: Mapping[str, str]) -> ZoneInfo:
    name = given.get("tz", settings.STORE_TIMEZONE)
    if name not in zone_names():
        raise InvalidParameter("tz", "must be an IANA name such as Europe/Berlin.")
    return ZoneInfo(name)


def period(given: Mapping[str, str], *, now: datetime) -> Period:
    """The last 30 local days, today included, unless told otherwise."""
    place = zone(given)
    tomorrow = midnight(naive(now, place).date() + DAY, place)
    end = boundary(given, "to", place) or tomorrow
    start = boundary(given, "from", place) or moment(
        reading(end, place) - DEFAULT_DAYS * DAY, place
    )
    if not start < end:
        raise InvalidParameter("from", "must lie before `to`.")
    if reading(end, place) - reading(start, place) > MOST_DAYS * DAY:
        raise InvalidParameter("from", "must lie at most ten years before `to`.")
    return Period(start, end, place)


def boundary(given: Mapping[str, str], name: str, place: ZoneInfo) -> datetime | None:
    text = given.get(name)
    if text is None:
        return None
    try:
        at = instant(text, place)
    except (msgspec.ValidationError, OverflowError) as error:
        raise InvalidParameter(
            name,
            "must be a local date such as 2024-03-01, or a time with its offset"
            " such as 2024-03-01T00:00:00Z (a plus sign is written %2B).",
        ) from error
    if not FIRST - DAY <= at <= LAST:
        raise InvalidParameter(name, "must lie in the years 1970 to 2199.")
    if not on_quarter(at):
        raise InvalidParameter(name, "must lie on a quarter of an hour.")
    return at


def instant(text: str, place: ZoneInfo) -> datetime:
    if len(text) == LOCAL_DATE:
        return midnight(msgspec.convert(text, date), place)
    return msgspec.convert(text, Aware).astimezone(UTC)


def comparison(given: Mapping[str, str], asked: Period) -> Comparison | None:
    mode = choice(given, "compare", Mode)
    if mode is None:
        return None
    other = compared(asked, mode)  # type: ignore[arg-type]  # it is one of them
    if not all(map(on_quarter, other.period[:2])):
        raise InvalidParameter("compare", "begins on no quarter of an hour in `tz`.")
    return other
