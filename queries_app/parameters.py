"""What a question may carry in its address, decoded strictly."""

import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Annotated, NamedTuple
from uuid import UUID

import msgspec
from django.http import QueryDict

from queries_app.errors import InvalidParameter

MAX_ID = 2**63 - 1
ID_DIGITS = len(str(MAX_ID))
HOUR = timedelta(hours=1)
MAX_HOURS = 2000
DEFAULT_HOURS = 24
DEFAULT_WAIT_S = 2.0
MAX_WAIT_S = 10.0

Aware = Annotated[datetime, msgspec.Meta(tz=True)]


class Wait(NamedTuple):
    """An event that must have been applied, and for how long to wait for it."""

    event_id: UUID
    seconds: float


class Period(NamedTuple):
    """Whole UTC hours, `end` excluded."""

    start: datetime
    end: datetime


def positive_id(text: str, *, name: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= ID_DIGITS:
        number = int(text)
        if 1 <= number <= MAX_ID:
            return number
    raise InvalidParameter(name, f"must be a whole number from 1 to {MAX_ID}.")


def category_name(text: str) -> str:
    """As the write side stores names: NFC, trimmed, white space collapsed."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def wait(query: QueryDict) -> Wait | None:
    """None where no event is named; `wait` has to be a number all the same."""
    event_id, seconds = query.get("after"), wait_seconds(query)
    if event_id is None:
        return None
    try:
        return Wait(msgspec.convert(event_id, UUID), seconds)
    except msgspec.ValidationError as error:
        raise InvalidParameter("after", "must be an Event-Id (a UUID).") from error


def wait_seconds(query: QueryDict) -> float:
    text = query.get("wait")
    try:
        seconds = DEFAULT_WAIT_S if text is None else float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MAX_WAIT_S:  # NaN is refused as well
        raise InvalidParameter("wait", f"must be 0 to {MAX_WAIT_S:.0f} seconds.")
    return seconds


def period(query: QueryDict, *, now: datetime) -> Period:
    """Hours that begin or lie in from <= t < to; the last 24 unless told otherwise."""
    try:
        end = ceil_hour(moment(query, "to") or now)
        start = floor_hour(moment(query, "from") or end - DEFAULT_HOURS * HOUR)
    except OverflowError as error:
        raise InvalidParameter("to", "is out of range.") from error
    if not HOUR <= end - start <= MAX_HOURS * HOUR:
        raise InvalidParameter(
            "from", f"must lie before `to`, by at most {MAX_HOURS} hours."
        )
    return Period(start, end)


def moment(query: QueryDict, name: str) -> datetime | None:
    text = query.get(name)
    if text is None:
        return None
    try:
        return msgspec.convert(text, Aware).astimezone(UTC)
    except msgspec.ValidationError as error:
        raise InvalidParameter(
            name, "must be a time with its zone, such as 2024-01-15T10:00:00Z."
        ) from error


def floor_hour(value: datetime) -> datetime:
    return value.replace(minute=0, second=0, microsecond=0)


def ceil_hour(value: datetime) -> datetime:
    hour = floor_hour(value)
    return hour if hour == value else hour + HOUR
