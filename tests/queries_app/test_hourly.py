"""Sales by the hour: whole UTC hours, half open, none left out."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from projections_app.models import HourlySales
from tests.queries_app.api import Ask

TEN = datetime(2024, 1, 15, 10, tzinfo=UTC)


def sold(hour: datetime, orders: int = 1, revenue: str = "59.98") -> None:
    HourlySales.objects.create(
        hour_timestamp=hour, total_orders=orders, total_revenue=Decimal(revenue)
    )


def test_hours_without_sales_are_there_with_zeros(ask: Ask) -> None:
    sold(TEN)
    query = {"from": "2024-01-15T10:00:00Z", "to": "2024-01-15T12:00:00Z"}

    assert ask("sales/hourly", **query).text == (
        '{"from":"2024-01-15T10:00:00.000Z","to":"2024-01-15T12:00:00.000Z","hours":['
        '{"hour":"2024-01-15T10:00:00.000Z","totalOrders":1,"totalRevenue":59.98},'
        '{"hour":"2024-01-15T11:00:00.000Z","totalOrders":0,"totalRevenue":0.00}]}'
    )


def test_the_end_is_not_included_and_the_start_is(ask: Ask) -> None:
    sold(TEN)
    sold(TEN + timedelta(hours=1))
    query = {"from": "2024-01-15T10:00:00Z", "to": "2024-01-15T11:00:00Z"}

    hours = ask("sales/hourly", **query).body["hours"]

    assert [hour["hour"] for hour in hours] == ["2024-01-15T10:00:00.000Z"]


def test_hours_that_lie_partly_in_the_period_are_told_whole(ask: Ask) -> None:
    query = {"from": "2024-01-15T10:59:59.999Z", "to": "2024-01-15T11:00:00.001Z"}

    body = ask("sales/hourly", **query).body

    assert (body["from"], body["to"]) == (
        "2024-01-15T10:00:00.000Z",
        "2024-01-15T12:00:00.000Z",
    )


@pytest.fixture
def _kathmandu(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process whose local hours begin at a quarter past."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "Asia/Kathmandu")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_kathmandu")
def test_an_hour_does_not_depend_on_the_time_zone_of_client_or_process(
    ask: Ask,
) -> None:
    sold(TEN)
    query = {"from": "2024-01-15T15:30:00+05:30", "to": "2024-01-15T16:30:00+05:30"}

    hours = ask("sales/hourly", **query).body["hours"]

    assert [(hour["hour"], hour["totalOrders"]) for hour in hours] == [
        ("2024-01-15T10:00:00.000Z", 1)
    ]


def test_the_last_24_hours_are_the_default_the_running_one_included(ask: Ask) -> None:
    now = datetime.now(UTC)
    sold(now.replace(minute=0, second=0, microsecond=0))

    hours = ask("sales/hourly").body["hours"]

    assert len(hours) == 24
    assert sum(hour["totalOrders"] for hour in hours[-2:]) == 1  # or it just struck


@pytest.mark.parametrize("hours", [2000, 2001])
def test_at_most_2000_hours_are_told(ask: Ask, hours: int) -> None:
    end = (TEN + timedelta(hours=hours)).isoformat()

    answer = ask("sales/hourly", **{"from": TEN.isoformat(), "to": end})

    if hours > 2000:
        assert answer.is_problem(400)
    else:
        assert len(answer.body["hours"]) == hours


@pytest.mark.parametrize(
    "query",
    [
        {"from": "2024-01-15T10:00:00"},  # of which zone?
        {"from": "yesterday"},
        {"from": ""},
        {"to": "2024-13-01T00:00:00Z"},
        {"to": "a\0b"},
        {"to": "0001-01-01T00:00:00+14:00"},
        {"to": "9999-12-31T23:59:59Z"},
        {"from": "2024-01-15T10:00:00Z", "to": "2024-01-15T10:00:00Z"},
        {"from": "2024-01-15T12:00:00Z", "to": "2024-01-15T10:00:00Z"},
    ],
)
def test_a_period_that_makes_no_sense_is_refused(
    ask: Ask, query: dict[str, str]
) -> None:
    assert ask("sales/hourly", **query).is_problem(400)
