"""What is not understood is refused with its name: never ignored, never a 500."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from pytest_django import Settings

from tests.queries_app.api import Ask

REPORTS = ["summary", "sales/timeseries"]
HOSTILE = [
    ("from", "2024-02-30"),
    ("from", "2023-02-29"),
    ("from", ""),
    ("from", "yesterday"),
    ("from", "0001-01-01"),
    ("from", "9999-12-31"),
    ("from", "2024-03-01T00:00:00"),  # of which zone?
    ("from", "2024-03-01T00:07:00Z"),
    ("from", "2024-03-01T00:00:00.000001Z"),
    ("from", "2024-03-01T00:00:00 02:00"),  # a plus sign that was not escaped
    ("from", "٢٠٢٤-03-01"),
    ("to", "9999-12-31T23:45:00-14:00"),
    ("to", "0001-01-01T00:00:00+14:00"),
    ("to", "1e9"),
    ("to", "-"),
    ("tz", ""),
    ("tz", "Berlin"),
    ("tz", "europe/berlin"),
    ("tz", "../../etc/passwd"),
    ("tz", "/etc/localtime"),
    ("tz", "localtime"),
    ("tz", "Europe"),
    ("tz", "posix/Europe/Berlin"),
    ("tz", "UTC'; DROP TABLE sales_ledger; --"),
    ("tz", "UTC\0"),
    ("compare", ""),
    ("compare", "last_year"),
    ("attribution", "EVENT_DATE"),
    ("labels", "old"),
    ("limit", "10"),
    ("after", "17"),
    ("From", "2024-03-01"),
    ("x", ""),
    ("\N{SNOWMAN}", "1"),
]


@pytest.mark.parametrize("path", REPORTS)
@pytest.mark.parametrize(("name", "value"), HOSTILE)
def test_a_parameter_that_is_not_understood_is_refused_by_its_name(
    ask: Ask, path: str, name: str, value: str
) -> None:
    answer = ask(path, **{name: value})

    assert answer.is_problem(400)
    assert answer.body.get("parameter", name) == name


@pytest.mark.parametrize("value", ["", "minute", "DAY", "1"])
def test_an_interval_is_one_of_four(ask: Ask, value: str) -> None:
    answer = ask("sales/timeseries", interval=value)

    assert answer.is_problem(400)
    assert answer.body["parameter"] == "interval"


def test_what_another_report_takes_is_refused(ask: Ask) -> None:
    assert ask("summary", interval="day").body["parameter"] == "interval"


def test_a_parameter_that_is_given_twice_is_refused(
    client: Client, settings: Settings
) -> None:
    settings.ROOT_URLCONF = "analytics_project.urls_queries"

    answer = client.get("/api/analytics/summary?tz=UTC&tz=Europe/Berlin")

    assert (answer.status_code, answer.json()["parameter"]) == (400, "tz")


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [
        ("2024-03-01", "2024-03-01", 400),
        ("2024-03-02", "2024-03-01", 400),
        ("2014-03-01", "2024-03-01", 200),
        ("2014-03-01", "2024-03-02", 400),
        ("1970-01-01", "1970-01-02", 200),
        ("1969-12-01", "1970-01-02", 400),
    ],
)
def test_a_range_is_neither_empty_nor_longer_than_ten_years(
    ask: Ask, start: str, end: str, status: int
) -> None:
    assert ask("summary", **{"from": start, "to": end}).status == status


def test_a_zone_whose_midnights_are_on_no_quarter_is_refused(ask: Ask) -> None:
    """Monrovia's clocks were 44 minutes and 30 seconds behind, until 1972."""
    query = {"from": "1970-02-01", "to": "1970-03-01", "tz": "Africa/Monrovia"}

    assert ask("summary", **query).is_problem(400)


@pytest.mark.parametrize("interval", ["day", "hour"])
def test_so_are_buckets_on_no_quarter(ask: Ask, interval: str) -> None:
    query = {"from": "1971-12-28T00:00:00Z", "to": "1972-01-10T00:00:00Z"}
    query |= {"tz": "Africa/Monrovia", "interval": interval}

    assert ask("sales/timeseries", **query).body["parameter"] == "tz"


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Pacific/Kiritimati"])
def test_the_last_30_local_days_are_the_default_today_included(
    ask: Ask, settings: Settings, zone: str
) -> None:
    settings.STORE_TIMEZONE = zone
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()

    meta = ask("summary").body["meta"]

    start, end = (datetime.fromisoformat(meta[name]) for name in ("from", "to"))
    assert meta["tz"] == zone
    assert end.date() - start.date() == timedelta(days=30)
    assert end.date() - today in (timedelta(days=1), timedelta(days=2))  # it struck


def test_30_days_before_the_end_are_the_default_of_the_start(ask: Ask) -> None:
    query = {"to": "2024-04-10T06:00:00Z", "tz": "Europe/Berlin"}

    meta = ask("summary", **query).body["meta"]

    assert meta["from"] == "2024-03-11T08:00:00+01:00"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("path", REPORTS)
def test_a_report_is_only_read(ask: Ask, path: str, method: str) -> None:
    answer = ask(path, method=method)

    assert answer.is_problem(405)
    assert answer.headers["Allow"] == "GET, HEAD"
