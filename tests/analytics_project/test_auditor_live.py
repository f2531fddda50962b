"""The auditor among transactions that are open, other auditors, and orders."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import UUID

import pytest
from django.db import connections, transaction
from django.test.utils import CaptureQueriesContext

from commands_app import outbox
from commands_app.models import OutboxEvent
from projections_app.models import SyncState
from tests.analytics_project.auditing import (
    NOW,
    a_lost_order,
    an_auditor,
    audit_until,
    rounds,
)
from tests.analytics_project.pipeline import a_shop, deliver, event_ids
from tests.commands_app.builders import line, place, product
from tests.projections_app.replaying import meanwhile

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@contextmanager
def an_open_order() -> Iterator[threading.Event]:
    """An order whose transaction has its event's id, and commits when it is told to."""
    commit, placed = threading.Event(), threading.Event()

    def write() -> None:
        with transaction.atomic():
            place(line(product()))
            OutboxEvent.objects.count()  # sends what was queued
            placed.set()
            assert commit.wait(10)

    with meanwhile(write):
        assert placed.wait(10)
        try:
            yield commit
        finally:
            commit.set()


def pending() -> list[UUID]:
    return [message.id for message in outbox.pending(100).messages]


def test_an_event_that_becomes_visible_late_is_not_missed() -> None:
    auditor, thing = an_auditor(), product()
    with an_open_order():
        for count in (4, 1):  # the second order is looked at when the first is settled
            seen = place(line(thing)).event_id
            deliver(ahead=NOW)
            assert rounds(auditor, count) == []
    rounds(auditor)
    late, _, last = event_ids("OrderCreated")
    assert last == seen
    outbox.mark_published(pending())
    deliver(without=[late], ahead=NOW)

    audit_until(auditor, lambda: [late] == pending())


def test_what_was_lost_is_found_while_a_transaction_stays_open() -> None:
    auditor, thing = an_auditor(), product()
    with an_open_order():
        lost = place(line(thing)).event_id
        deliver(without=[lost], ahead=NOW)

        assert rounds(auditor) == [lost]
        outbox.mark_published([lost])
        assert rounds(auditor, 3) == [lost]


def test_what_is_lost_twice_is_published_again_twice() -> None:
    auditor, lost = an_auditor(), a_lost_order()
    assert rounds(auditor) == [lost]
    outbox.mark_published([lost])

    assert rounds(auditor, 4) == [lost]

    deliver(ahead=NOW)
    assert rounds(auditor, 3) == []


def test_two_auditors_do_no_harm() -> None:
    lost = a_lost_order()
    both = an_auditor(), an_auditor()

    assert [rounds(each) for each in both] == [[lost], [lost]]

    deliver(ahead=NOW)
    assert [rounds(each, 3) for each in both] == [[], []]


def test_no_false_alarm_while_orders_come_in() -> None:
    auditor, thing = an_auditor(), product(stock=None)
    stop = threading.Event()

    def trade() -> None:
        while not stop.is_set():
            place(line(thing, 2))
            deliver(ahead=NOW)

    with meanwhile(trade):
        try:
            for _ in range(30):
                auditor.run_once()
        finally:
            stop.set()

    assert SyncState.objects.get().believe_from is None


def test_nothing_new_costs_one_question_on_each_side() -> None:
    auditor = an_auditor()
    a_shop()
    deliver(ahead=NOW)

    def questions() -> list[int]:
        with ExitStack() as stack:
            asked = [
                stack.enter_context(CaptureQueriesContext(connections[alias]))
                for alias in ("default", "read")
            ]
            auditor.run_once()
        return [len(each) for each in asked]

    rounds(auditor)
    audit_until(auditor, lambda: questions() == [1, 1])
