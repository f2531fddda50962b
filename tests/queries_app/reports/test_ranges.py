"""Local time: days that are skipped, shown twice, longer, or not there last year."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from queries_app.reports.buckets import buckets
from queries_app.reports.ranges import Mode, Period, compared, midnight
from tests.queries_app.reports.sales import at


def period(start: str, end: str, zone: str = "UTC") -> Period:
    place = ZoneInfo(zone)

    def boundary(text: str) -> datetime:
        is_day = len(text) == len("2024-03-01")
        return midnight(date.fromisoformat(text), place) if is_day else at(text)

    return Period(boundary(start), boundary(end), place)


def local(asked: Period) -> list[str]:
    return [f"{each.astimezone(asked.zone):%Y-%m-%d %H:%M%z}" for each in asked[:2]]


@pytest.mark.parametrize(
    ("zone", "day", "instant"),
    [
        ("UTC", "2024-03-01", "2024-03-01T00:00Z"),
        ("Asia/Kathmandu", "2024-03-01", "2024-02-29T18:15Z"),
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00Z"),  # 0:00 is skipped
        ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00Z"),  # skipped as well
        ("America/Havana", "2024-11-03", "2024-11-03T04:00Z"),  # 0:00 comes twice
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00Z"),  # no such day
        ("America/Scoresbysund", "2024-03-31", "2024-03-31T01:00Z"),  # 23:00 to 0:00
    ],
)
def test_a_day_begins_with_its_first_instant(zone: str, day: str, instant: str) -> None:
    found = midnight(date.fromisoformat(day), ZoneInfo(zone))

    assert found == at(instant)


def test_a_gap_around_midnight_ends_when_the_clocks_have_jumped() -> None:
    """Toronto's clocks went from 23:30 of 30 March 1919 to 0:30 of the 31st."""
    begin = midnight(date(1919, 3, 31), ZoneInfo("America/Toronto"))

    assert begin == datetime(1919, 3, 31, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "zone", "mode", "expected"),
    [
        (
            *("2024-03-01", "2024-04-01", "Europe/Berlin", "previous_period"),
            ["2024-01-30 00:00+0100", "2024-03-01 00:00+0100"],
        ),
        (  # a day of 23 hours beside one of 24
            *("2024-03-31", "2024-04-01", "Europe/Berlin", "previous_period"),
            ["2024-03-30 00:00+0100", "2024-03-31 00:00+0100"],
        ),
        (  # the same duration
            *("2024-03-31T06:00+02:00", "2024-03-31T12:00+02:00"),
            *("Europe/Berlin", "previous_period"),
            ["2024-03-30 23:00+0100", "2024-03-31 06:00+0200"],
        ),
        (  # it begins at 1:00, and still is a whole day
            *("2018-11-04", "2018-11-05", "America/Sao_Paulo", "previous_period"),
            ["2018-11-03 00:00-0300", "2018-11-04 01:00-0200"],
        ),
        (
            *("2024-03-30", "2024-04-01", "Europe/Berlin", "previous_year"),
            ["2023-03-30 00:00+0200", "2023-04-01 00:00+0200"],
        ),
        (  # 29 February as the first day
            *("2024-02-29", "2024-03-01", "UTC", "previous_year"),
            ["2023-02-28 00:00+0000", "2023-03-01 00:00+0000"],
        ),
        (
            *("2024-02-29T06:00Z", "2024-02-29T18:00Z", "UTC", "previous_year"),
            ["2023-02-28 06:00+0000", "2023-02-28 18:00+0000"],
        ),
        (  # as the end, so that 28 February is in
            *("2024-02-28", "2024-02-29", "UTC", "previous_year"),
            ["2023-02-28 00:00+0000", "2023-03-01 00:00+0000"],
        ),
        (
            *("2024-02-28T12:00Z", "2024-02-29T06:00Z", "UTC", "previous_year"),
            ["2023-02-28 12:00+0000", "2023-03-01 00:00+0000"],
        ),
        (  # from half past two to a quarter past two, an hour later
            *("2024-10-27T02:30+02:00", "2024-10-27T02:15+01:00"),
            *("Europe/Berlin", "previous_year"),
            ["2023-10-27 02:30+0200", "2023-10-27 03:15+0200"],
        ),
        (
            *("2025-02-01", "2025-03-01", "UTC", "previous_year"),
            ["2024-02-01 00:00+0000", "2024-03-01 00:00+0000"],
        ),
    ],
)
def test_a_range_is_compared_with(
    start: str, end: str, zone: str, mode: Mode, expected: list[str]
) -> None:
    assert local(compared(period(start, end, zone), mode).period) == expected


def test_buckets_of_clocks_that_were_set_back_lie_in_order_in_the_other_range() -> None:
    asked = period("2024-10-27T02:30+02:00", "2024-10-27T05:00+01:00", "Europe/Berlin")
    other = compared(asked, "previous_year")

    found = other.buckets(buckets(asked, "hour"))

    bounds = [found[0].start, *(each.end for each in found)]
    assert bounds == sorted(bounds)
    assert (bounds[0], bounds[-1]) == other.period[:2]
