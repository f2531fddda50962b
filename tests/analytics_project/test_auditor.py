"""What was lost on the way is found, told and sent again; nothing else is."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from analytics_project import auditor as module
from analytics_project.auditor import Auditor
from commands_app import outbox, published
from commands_app.models import OutboxEvent
from projections_app import dead_letters, projector
from projections_app.errors import InconsistentEvent
from projections_app.models import SyncState
from tests.analytics_project.auditing import (
    NOW,
    a_lost_order,
    an_auditor,
    goes_on,
    rounds,
)
from tests.analytics_project.pipeline import a_shop, deliver, event_ids, on_read_side
from tests.commands_app.builders import line, place, product
from tests.projections_app.messages import a_watermark


@pytest.fixture
def auditor() -> Auditor:
    return an_auditor()


@pytest.fixture
def lost() -> UUID:
    return a_lost_order()


def watermark() -> datetime | None:
    return SyncState.objects.get().watermark


def nothing_is_published_again() -> bool:
    return outbox.pending(10).messages == []


# --- what was lost ----------------------------------------------------------------
def test_a_lost_event_is_told_and_published_again(
    auditor: Auditor, lost: UUID, caplog: pytest.LogCaptureFixture
) -> None:
    assert rounds(auditor) == [lost]

    [told] = [each for each in caplog.records if each.levelno == logging.ERROR]
    assert told.getMessage() == "1 events were lost on the way and are published again"
    assert vars(told)["events"] == [str(lost)]
    assert vars(told)["oldest"]


def test_the_watermark_goes_back_to_the_lost_event(
    auditor: Auditor, lost: UUID
) -> None:
    rounds(auditor)

    assert watermark() == OutboxEvent.objects.get(event_id=lost).created_at


def test_only_watermarks_that_follow_the_lost_events_lift_it_again(
    auditor: Auditor, lost: UUID
) -> None:
    before = datetime.now(UTC)
    rounds(auditor)
    created = OutboxEvent.objects.get(event_id=lost).created_at

    projector.apply([a_watermark(before)])
    assert watermark() == created
    projector.apply([a_watermark(now := datetime.now(UTC))])
    assert watermark() == now


def test_a_lost_change_of_a_product_is_published_again(auditor: Auditor) -> None:
    a_shop()
    lost = event_ids("ProductUpdated")
    deliver(without=lost, ahead=NOW)

    assert rounds(auditor) == lost


def test_a_new_auditor_sees_what_was_lost_before(auditor: Auditor) -> None:
    a_shop()
    deliver(ahead=NOW)
    assert rounds(auditor) == []
    gone = event_ids("OrderRefunded")[0]
    on_read_side("DELETE FROM processed_events WHERE event_id = %s", gone)
    on_read_side("DELETE FROM sales_ledger WHERE event_id = %s", gone)

    assert rounds(auditor) == []
    assert rounds(an_auditor()) == [gone]


def test_an_auditor_that_connects_again_begins_anew(
    auditor: Auditor, lost: UUID
) -> None:
    rounds(auditor)
    outbox.mark_published([lost])
    auditor.connect()

    assert rounds(auditor) == [lost]


def test_losses_in_several_slices_are_driven_again_at_once(
    auditor: Auditor,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Else the lag would be 0 between the first and the second of them."""
    monkeypatch.setattr(module, "SLICE", 3)
    query = published.SETTLED.replace(str(published.SLICE), "3")
    monkeypatch.setattr(published, "SETTLED", query)
    a_shop()
    lost = event_ids("OrderCreated")
    deliver(without=lost, ahead=NOW)

    assert rounds(auditor) == lost
    assert len(caplog.records) == 1


# --- no false alarm ---------------------------------------------------------------
def test_an_event_that_was_applied_or_overtaken_is_not_lost(auditor: Auditor) -> None:
    a_shop()
    deliver(without=event_ids("ProductCreated")[3:], ahead=NOW)

    assert rounds(auditor) == []


def test_a_pruned_cache_of_processed_events_raises_no_alarm(auditor: Auditor) -> None:
    a_shop()
    deliver(ahead=NOW)
    on_read_side("DELETE FROM processed_events")

    assert rounds(auditor) == []


def test_a_parked_event_is_not_lost_nor_is_a_discarded_one(lost: UUID) -> None:
    [body] = [body for body in outbox.history() if str(lost).encode() in body]
    dead_letters.park(body, InconsistentEvent("planted"))

    assert rounds(an_auditor()) == []

    [letter] = dead_letters.parked()
    dead_letters.discard([letter.id], by="a test", reason="planted")
    assert rounds(an_auditor()) == []


def test_what_waits_for_a_stopped_consumer_is_not_lost(auditor: Auditor) -> None:
    a_shop()
    deliver(ahead=NOW)
    rounds(auditor)
    late = place(line(product())).event_id
    deliver(without=[late], watermark=False)

    for _ in range(5):
        auditor.run_once()

    assert nothing_is_published_again()


def test_what_may_be_in_a_batch_that_is_taken_apart_is_not_lost(
    auditor: Auditor, lost: UUID
) -> None:
    """The watermark behind it is applied, but none of a later batch."""
    for _ in range(5):
        auditor.run_once()

    assert lost
    assert nothing_is_published_again()


def test_what_arrives_before_the_second_look_was_not_lost(lost: UUID) -> None:
    def arrives(_seconds: float) -> bool:
        deliver(watermark=False)
        return False

    auditor = Auditor(seconds=0, pause=arrives)
    auditor.connect()

    assert lost
    assert rounds(auditor) == []


def test_a_second_look_that_a_signal_cuts_short_tells_nothing(lost: UUID) -> None:
    auditor = Auditor(seconds=0, pause=lambda _: True)
    auditor.connect()

    assert lost
    assert rounds(auditor) == []


def test_a_watermark_of_before_the_clock_was_set_back_raises_no_alarm(
    auditor: Auditor,
) -> None:
    a_shop()
    deliver(ahead=timedelta(hours=1))
    place(line(product()))
    outbox.mark_published([message.id for message in outbox.pending(10).messages])

    for _ in range(5):
        auditor.run_once()

    assert nothing_is_published_again()


# --- what it costs ----------------------------------------------------------------
def test_between_two_rounds_nothing_is_asked(django_assert_num_queries: Any) -> None:
    auditor = Auditor(seconds=60, pause=goes_on)
    auditor.connect()
    auditor.run_once()

    with django_assert_num_queries(0, connection=connections["default"]):
        auditor.run_once()
