"""How far the figures are behind: honest about a backlog, quiet when idle."""

from datetime import UTC, datetime, timedelta

from django.db import connections

from projections_app.models import SyncState
from tests.queries_app.api import Ask

LONG_AGO = datetime(2024, 1, 15, 10, 30, 5, 123456, tzinfo=UTC)


def database_now() -> datetime:
    with connections["read"].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    assert isinstance(now, datetime)
    return now


def state(*, watermark: datetime | None, last: datetime | None = LONG_AGO) -> None:
    SyncState.objects.update_or_create(
        id=1, defaults={"last_event_at": last, "watermark": watermark}
    )


def test_before_the_first_event_both_are_null(ask: Ask) -> None:
    SyncState.objects.all().delete()

    assert ask("sync-status").text == (
        '{"lastProcessedEventTimestamp":null,"lagSeconds":null}'
    )


def test_the_time_of_the_newest_event_is_told_in_utc_milliseconds(ask: Ask) -> None:
    state(watermark=None)

    assert ask("sync-status").text == (
        '{"lastProcessedEventTimestamp":"2024-01-15T10:30:05.123Z","lagSeconds":null}'
    )


def test_the_lag_does_not_grow_while_there_is_nothing_to_do(ask: Ask) -> None:
    state(watermark=database_now())

    assert ask("sync-status").body["lagSeconds"] == 0


def test_the_lag_does_not_hide_a_backlog(ask: Ask) -> None:
    state(last=database_now(), watermark=database_now() - timedelta(seconds=90.2))

    assert ask("sync-status").body["lagSeconds"] == 90


def test_a_clock_that_goes_ahead_does_not_make_the_lag_negative(ask: Ask) -> None:
    state(watermark=database_now() + timedelta(seconds=30))

    assert ask("sync-status").body["lagSeconds"] == 0


def test_a_watermark_of_before_the_clock_was_set_back_tells_no_lag(ask: Ask) -> None:
    state(watermark=database_now() + timedelta(hours=1))

    assert ask("sync-status").body["lagSeconds"] is None
