"""Which past days' net sales changed after the day had ended."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from messaging.events import Event, OrderCreated
from projections_app import projector
from projections_app.models import SalesLedger
from tests.messaging.builders import body_of
from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import at, cancel, line, order, refund

MARCH = {"from": "2024-03-01", "to": "2024-04-01"}


def record(event: Event, when: str | datetime) -> None:
    moment = at(when) if isinstance(when, str) else when
    assert projector.apply([body_of(event, time=moment)]) == []


def sold(placed: str, *, id_: int = 1) -> OrderCreated:
    return order(id_, 2, placed, line(4, "25.00", "10.00"))


def told(ask: Ask, path: str = "restatements", **query: str) -> list[dict[str, Any]]:
    answer = ask(path, **{**MARCH, **query})
    assert answer.status == 200, answer.text
    rows: list[dict[str, Any]] = answer.body["rows"]
    return rows


@pytest.mark.parametrize("attribution", ["event_date", "order_date"])
def test_an_order_that_is_recorded_after_its_day_changes_the_day(
    ask: Ask, attribution: str
) -> None:
    record(sold("2024-03-05T10:00"), "2024-03-09T08:00")

    (row,) = told(ask, attribution=attribution)

    del row["eventId"]
    assert row == {
        "day": "2024-03-05",
        "changedAt": "2024-03-09T08:00:00.000Z",
        "kind": "sale",
        "orderId": 1,
        "change": Decimal("90.00"),
    }


def test_a_reversal_changes_the_day_of_its_order_only_if_it_counts_there(
    ask: Ask,
) -> None:
    placed = sold("2024-03-03T10:00")
    record(placed, "2024-03-03T10:00")
    record(
        refund(placed, "2024-03-09T08:00", line(1, "25.00", "2.50")), "2024-03-09T08:00"
    )

    (row,) = told(ask, attribution="order_date")

    assert told(ask, attribution="event_date") == []
    assert (row["day"], row["kind"], row["change"]) == (
        "2024-03-03",
        "refund",
        Decimal("-22.50"),
    )


@pytest.mark.parametrize(
    ("recorded", "tz", "is_late"),
    [
        ("2024-03-05T23:59:59.999", "UTC", False),
        ("2024-03-06T00:00:00", "UTC", True),
        ("2024-03-05T23:00:00", "Europe/Berlin", True),
        ("2024-03-05T22:59:59", "Europe/Berlin", False),
        ("2024-03-05T18:15:00", "Asia/Kathmandu", True),
        ("2024-03-05T18:14:59", "Asia/Kathmandu", False),
        ("2024-03-06T07:00:00", "America/Los_Angeles", False),
    ],
)
def test_a_day_ends_where_it_ends_in_the_zone(
    ask: Ask,
    recorded: str,
    tz: str,
    is_late: bool,  # noqa: FBT001
) -> None:
    record(sold("2024-03-05T17:59:59"), recorded)

    assert bool(told(ask, tz=tz)) is is_late


def test_a_day_of_23_hours_ends_an_hour_sooner(ask: Ask) -> None:
    record(sold("2024-03-31T20:00"), "2024-03-31T22:00")  # 31 March, 24:00 in Berlin

    assert told(ask, tz="Europe/Berlin")[0]["day"] == "2024-03-31"
    assert told(ask, tz="UTC") == []


def test_what_takes_nothing_back_changes_nothing(ask: Ask) -> None:
    free = order(1, 2, "2024-03-05T10:00", line(1, "5.00", "5.00"))
    record(free, "2024-03-09T08:00")
    record(cancel(free, "2024-03-20T08:00"), "2024-03-20T08:00")

    assert told(ask, attribution="order_date") == []


def test_lines_from_before_the_time_of_recording_was_kept_have_that_of_the_event(
    ask: Ask,
) -> None:
    placed = sold("2024-03-05T10:00")
    record(placed, "2024-03-09T08:00")
    record(cancel(placed, "2024-03-20T08:00"), "2024-03-21T08:00")
    SalesLedger.objects.update(recorded_at=None)

    (row,) = told(ask, attribution="order_date")

    assert (row["kind"], row["changedAt"]) == (
        "cancellation",
        "2024-03-20T08:00:00.000Z",
    )


def test_the_range_is_of_the_days_that_changed(ask: Ask) -> None:
    record(sold("2024-02-29T23:00"), "2024-03-09T08:00")

    assert told(ask) == []
    assert len(told(ask, **{"from": "2024-02-29"})) == 1


def test_a_past_that_is_imported_today_is_not_in_the_default_range(ask: Ask) -> None:
    record(sold("2024-03-05T10:00"), datetime.now(ZoneInfo("UTC")))

    assert ask("restatements").body["rows"] == []


@pytest.mark.parametrize("name", ["compare", "by", "cursor"])
def test_what_makes_no_sense_is_refused(ask: Ask, name: str) -> None:
    answer = ask("restatements", **{name: "previous_year"})

    assert answer.is_problem(400)
    assert answer.body["parameter"] == name


def test_a_cursor_that_names_no_event_is_refused(ask: Ask) -> None:
    for minute in range(3):
        record(sold("2024-03-05T10:00", id_=minute + 1), f"2024-03-09T08:0{minute}")
    days = ask("restatements/days", **MARCH, limit="1").body["next"]
    assert days is None

    events = ask("restatements", **MARCH, limit="1").body["next"]

    assert ask("restatements", **MARCH, cursor=events).status == 200
    assert ask("restatements/days", **MARCH, cursor=events).is_problem(400)
