"""Who commits late is not left out, and no watermark runs ahead of the events."""

import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from commands_app.models import OutboxEvent
from commands_app.relay import Relay
from tests.commands_app.relaying import (
    DEADLINE_S,
    make_relay,
    pending,
    received,
    watermarks,
    write_events,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])


def test_an_event_that_commits_late_with_an_early_id_is_not_left_out(
    relay: Relay, broker_url: str
) -> None:
    written, go_on = threading.Event(), threading.Event()
    late: list[str] = []

    def slow_transaction() -> None:
        with closing(connection), transaction.atomic():
            late.extend(write_events(1))
            written.set()
            go_on.wait(DEADLINE_S)

    thread = threading.Thread(target=slow_transaction)
    thread.start()
    written.wait(DEADLINE_S)
    early = write_events(2)  # higher ids, committed first
    relay.run_once()
    assert pending() == 0
    go_on.set()
    thread.join(DEADLINE_S)
    relay.run_once()

    assert received(broker_url, 3) == early + late


def test_an_idle_relay_says_that_all_until_now_is_published(
    relay: Relay, broker_url: str
) -> None:
    before = datetime.now(UTC)
    relay.run_once()

    [watermark] = watermarks(broker_url)
    assert before <= watermark <= datetime.now(UTC)


def test_a_watermark_never_passes_an_unpublished_event(broker_url: str) -> None:
    write_events(3)
    first = OutboxEvent.objects.order_by("id")[0]
    with closing(make_relay(broker_url, window=1)) as relay:
        relay.connect()
        relay.run_once()

    assert watermarks(broker_url) == [first.created_at]


def test_when_a_backlog_begins_the_relay_says_until_when_nothing_was_pending(
    broker_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands_app.relay.WATERMARK_INTERVAL_S", 10 * DEADLINE_S)
    with closing(make_relay(broker_url, window=2)) as relay:
        relay.connect()
        relay.run_once()  # leads, and the watermark of this while is out
        before = datetime.now(UTC)
        relay.run_once()
        write_events(5)
        windows = [relay.run_once() for _ in range(4)]

    first = OutboxEvent.objects.order_by("id")[0]
    [_, told] = watermarks(broker_url)  # not with every window
    assert windows == [2, 2, 1, 0]
    assert before <= told <= first.created_at
