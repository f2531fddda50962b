"""Events on their way are no difference; lost and parked ones are, and are named."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db.backends.utils import CursorWrapper

from analytics_project import reconcile as module
from analytics_project import snapshot
from analytics_project.reconcile import reconcile, repair, wait_until_caught_up
from analytics_project.truth import AnyView
from commands_app import outbox
from commands_app.models import OutboxEvent
from projections_app import dead_letters
from projections_app.errors import InconsistentEvent
from tests.analytics_project.pipeline import (
    a_shop,
    deliver,
    event_ids,
    on_read_side,
)
from tests.commands_app.builders import line, place, product
from tests.projections_app.replaying import meanwhile

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@pytest.fixture(autouse=True)
def no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0)


# --- what is on its way -----------------------------------------------------------
def test_unpublished_events_are_no_difference() -> None:
    a_shop()

    report = reconcile()

    assert report.is_clean
    assert report.pending == OutboxEvent.objects.count()


@pytest.mark.parametrize(
    "event_type",
    ["OrderCreated", "OrderRefunded", "OrderCancelled", "ProductUpdated"],
)
def test_events_that_are_published_but_not_yet_applied_are_no_difference(
    event_type: str,
) -> None:
    a_shop()
    late = event_ids(event_type)
    deliver(without=late, watermark=False)

    report = reconcile()

    assert report.is_clean
    assert report.pending == len(late)


def test_a_pruned_cache_of_processed_events_raises_no_alarm() -> None:
    a_shop()
    deliver()
    on_read_side("DELETE FROM processed_events")

    assert reconcile().is_clean


def test_an_event_that_arrives_at_second_look_was_not_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_shop()
    deliver(without=event_ids("OrderCreated")[2:3])
    monkeypatch.setattr(module.time, "sleep", lambda _: deliver())

    report = reconcile()

    assert report.is_clean
    assert report.pending == 1


def test_what_is_applied_just_before_the_snapshot_is_known_to_the_write_side(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_shop()
    deliver()
    freeze = snapshot._freeze

    def freeze_after_an_order(
        read: CursorWrapper, views: Sequence[AnyView]
    ) -> datetime | None:
        with meanwhile(lambda: (place(line(product())), deliver())):
            pass
        return freeze(read, views)

    monkeypatch.setattr(snapshot, "_freeze", freeze_after_an_order)

    assert reconcile().is_clean


def test_no_false_alarm_while_orders_come_in() -> None:
    a_shop()
    thing = product(stock=None)
    stop = threading.Event()

    def trade() -> None:
        while not stop.is_set():
            place(line(thing, 2))
            deliver(ahead=timedelta(0))  # the next order is not passed already

    with meanwhile(trade):
        try:
            reports = [reconcile() for _ in range(10)]
        finally:
            stop.set()

    assert [report for report in reports if not report.is_clean] == []


# --- what was lost or parked ------------------------------------------------------
@pytest.fixture
def lost() -> UUID:
    """An order that was published and passed by the watermark, but never applied."""
    a_shop()
    event_id = event_ids("OrderCreated")[2]
    deliver(without=[event_id])
    return event_id


def test_a_lost_event_is_named_and_so_are_the_rows_that_miss_it(lost: UUID) -> None:
    report = reconcile()

    assert report.lost == [lost]
    causes = {each.cause for one in report.comparisons for each in one.examples}
    assert causes == {"lost event"}
    # Two products, a customer, two categories, an hour; an order, a quarter of an
    # hour, and a month of both products and of both categories.
    assert report.differences == 12


def test_a_lost_event_is_published_again_and_then_all_is_exact(lost: UUID) -> None:
    assert repair(reconcile()) == 1
    assert [each.id for each in outbox.pending(10).messages] == [lost]
    assert reconcile().differences == 0  # it is on its way again

    deliver()

    assert reconcile().is_clean


def test_a_lost_change_of_a_product_is_found() -> None:
    a_shop()
    lost = event_ids("ProductUpdated")
    deliver(without=lost)

    report = reconcile()

    assert report.lost == lost
    assert report.comparisons[-1].differences == 1


def test_a_lost_change_that_a_newer_one_has_overtaken_is_none() -> None:
    a_shop()
    deliver(without=event_ids("ProductCreated")[3:])

    assert reconcile().is_clean


def test_a_parked_event_is_a_difference_that_is_named_so() -> None:
    a_shop()
    event_id = event_ids("OrderCancelled")[0]
    [body] = [body for body in outbox.history() if str(event_id).encode() in body]
    deliver(without=[event_id])
    dead_letters.park(body, InconsistentEvent("planted"))

    report = reconcile()

    assert (report.parked, report.lost) == (1, [])
    causes = {each.cause for one in report.comparisons for each in one.examples}
    assert causes == {"parked event"}
    assert not report.is_clean


# --- waiting ----------------------------------------------------------------------
def test_waiting_ends_when_a_later_watermark_is_applied() -> None:
    a_shop()
    deliver()

    assert wait_until_caught_up(5)


def test_waiting_gives_up_when_nothing_is_applied() -> None:
    a_shop()

    assert not wait_until_caught_up(0.2)
