"""What an answer says of itself: as of when, how late, and what may be missing."""

from datetime import timedelta

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.events import Event
from projections_app import dead_letters
from projections_app.models import DeadLetter
from queries_app import trust
from queries_app.responses import instant
from tests.messaging.builders import body_of
from tests.projections_app.messages import POISON
from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import at, cancel, line, order, refund
from tests.queries_app.test_sync_status import database_now, state

NAMES = {"Analytics-As-Of", "Analytics-Lag-Seconds", "Analytics-Parked-Events"}
FIRST_ENDPOINTS = [
    "products/7/sales",
    "categories/Electronics/revenue",
    "customers/2/lifetime-value",
    "sales/hourly",
    "sync-status",
]
SOLD = order(1, 2, "2024-03-05T10:00", line(1, "10.00"))


def park(*bodies: bytes) -> None:
    for body in bodies:
        dead_letters.park(body, ValueError("it was poison"))


def parked(ask: Ask, path: str, **query: str) -> int:
    answer = ask(path, **query)
    assert answer.status == 200, answer.text
    return int(answer.headers["Analytics-Parked-Events"])


@pytest.mark.parametrize("path", [*FIRST_ENDPOINTS, "summary", "sales/timeseries"])
def test_every_answer_says_up_to_when_it_is_complete(ask: Ask, path: str) -> None:
    watermark = database_now() - timedelta(seconds=90.2)
    state(watermark=watermark)
    park(POISON["broken JSON"])

    headers = ask(path).headers

    assert {name: headers[name] for name in NAMES} == {
        "Analytics-As-Of": instant(watermark),
        "Analytics-Lag-Seconds": "90",
        "Analytics-Parked-Events": "1",
    }


def test_a_report_says_the_same_in_its_body(ask: Ask) -> None:
    watermark = database_now() - timedelta(seconds=90.2)
    state(watermark=watermark)

    meta = ask("summary").body["meta"]

    assert (meta["asOf"], meta["lagSeconds"], meta["parkedEvents"]) == (
        instant(watermark),
        90,
        0,
    )


@pytest.mark.parametrize("ahead", [None, timedelta(hours=1)])
def test_what_is_not_known_is_not_told(ask: Ask, ahead: timedelta | None) -> None:
    """Before the first watermark, or after a clock was set back."""
    state(watermark=None if ahead is None else database_now() + ahead)

    answer = ask("summary")

    assert NAMES & set(answer.headers) == {"Analytics-Parked-Events"}
    assert (answer.body["meta"]["asOf"], answer.body["meta"]["lagSeconds"]) == (
        None,
        None,
    )


def test_it_is_asked_for_once_in_a_while(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask("products/7/sales")
    with CaptureQueriesContext(connections["read"]) as kept:
        ask("products/7/sales")
    monkeypatch.setattr(trust, "_kept", trust._kept._replace(until=0.0))
    with CaptureQueriesContext(connections["read"]) as asked:
        ask("products/7/sales")

    assert (len(kept), len(asked)) == (1, 2)


def test_it_is_asked_for_before_the_figures_so_it_is_never_newer(ask: Ask) -> None:
    with CaptureQueriesContext(connections["read"]) as statements:
        ask("products/7/sales")

    assert ["sync_state" in each["sql"] for each in statements] == [True, False]


@pytest.mark.parametrize(
    ("path", "count"),
    [
        ("products/7/sales", 1),
        ("products/8/sales", 0),
        ("categories/Electronics/revenue", 1),
        ("categories/Garden/revenue", 0),
        ("customers/2/lifetime-value", 1),
        ("customers/3/lifetime-value", 0),
        ("sales/hourly?from=2024-03-05T10:00:00Z&to=2024-03-05T11:00:00Z", 1),
        ("sales/hourly?from=2024-03-05T11:00:00Z&to=2024-03-05T12:00:00Z", 0),
        ("sync-status", 1),
        ("sales/timeseries?from=2024-03-05&to=2024-03-06", 1),
        ("sales/timeseries?from=2024-03-06&to=2024-03-07", 0),
        ("summary?from=2024-03-06&to=2024-03-07", 1),  # who returned, it matters to
    ],
)
def test_an_order_that_is_parked_counts_where_it_may_be_missing(
    ask: Ask, path: str, count: int
) -> None:
    park(body_of(SOLD, dataversion=2))

    assert parked(ask, path) == count


@pytest.mark.parametrize(
    "event",
    [
        refund(SOLD, "2024-03-07T10:00", line(1, "10.00")),
        cancel(SOLD, "2024-03-07T10:00"),
    ],
)
@pytest.mark.parametrize(
    ("day", "count"), [("04", 0), ("05", 1), ("06", 0), ("07", 1), ("08", 0)]
)
def test_a_reversal_counts_on_its_own_day_and_on_that_of_its_order(
    ask: Ask, event: Event, day: str, count: int
) -> None:
    park(body_of(event))
    query = {"from": f"2024-03-{day}T00:00:00Z", "to": f"2024-03-{day}T23:45:00Z"}

    assert parked(ask, "sales/timeseries", **query) == count


def test_a_range_that_is_compared_with_counts_as_well(ask: Ask) -> None:
    park(body_of(SOLD))
    query = {"from": "2024-03-06", "to": "2024-03-07", "compare": "previous_period"}

    assert parked(ask, "sales/timeseries", **query) == 1


@pytest.mark.parametrize("name", POISON)
def test_no_poison_keeps_a_figure_from_being_told(ask: Ask, name: str) -> None:
    park(POISON[name])

    assert parked(ask, "products/99/sales") in (0, 1)
    assert parked(ask, "sync-status") == 1


@pytest.mark.parametrize(
    "name", ["broken JSON", "not UTF-8", "unknown type", "a time without a zone"]
)
def test_what_cannot_be_read_may_touch_any_figure(ask: Ask, name: str) -> None:
    body = POISON[name]
    if name == "a time without a zone":
        body = body_of(SOLD).replace(b'"2024-03-05T10:00:00Z"', b'"2024-03-05T10:00"')
    park(body)

    assert parked(ask, "products/99/sales") == 1


def test_what_is_settled_no_longer_counts(ask: Ask) -> None:
    park(POISON["broken JSON"])
    DeadLetter.objects.update(settled_at=timezone.now(), settlement="discarded")

    assert parked(ask, "products/7/sales") == 0


def test_many_that_are_not_read_count_for_every_figure(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        trust, "STATE", trust.STATE.replace(f"LIMIT {trust.MOST_READ}", "LIMIT 1")
    )
    park(*(body_of(SOLD) for _ in range(3)))

    assert parked(ask, "products/99/sales") == 2


def test_a_product_event_matters_where_names_of_today_are_told(ask: Ask) -> None:
    park(POISON["version beyond int"])  # of product 1
    day = {"from": "2024-03-05", "to": "2024-03-06"}

    assert parked(ask, "summary", labels="as_sold", **day) == 0
    assert parked(ask, "summary", labels="current", **day) == 1


def test_the_sent_time_zone_does_not_matter_to_what_is_parked(ask: Ask) -> None:
    park(body_of(SOLD))
    day = {"from": "2024-03-05T12:00:00+02:00", "to": "2024-03-05T12:15:00+02:00"}

    assert at("2024-03-05T12:00+02:00") == SOLD.placed_at
    assert parked(ask, "sales/timeseries", tz="Asia/Kathmandu", **day) == 1
