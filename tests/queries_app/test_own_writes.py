"""`?after=`: a figure that is told has the event in it, or there is none told."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connections
from django.utils import timezone

from messaging.envelope import new_event_id
from projections_app import projector
from projections_app.models import DeadLetter, ProcessedEvent
from queries_app import own_writes
from tests.messaging.builders import an_order, body_of
from tests.queries_app.api import Ask

FREE = own_writes._places._value


@contextmanager
def later(work: Callable[[], object]) -> Iterator[None]:
    """Does the work in another thread, once the caller waits for it."""

    def run() -> None:
        deadline = time.monotonic() + 10
        while own_writes._places._value == FREE and time.monotonic() < deadline:
            time.sleep(0.001)
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    yield
    thread.join()


def park(event_id: UUID) -> None:
    DeadLetter.objects.create(
        fingerprint=str(event_id),
        event_id=event_id,
        event_type="OrderCreated",
        reason="it was poison",
        body=b"{}",
    )


def test_an_applied_event_is_answered_at_once(ask: Ask) -> None:
    event_id = new_event_id()
    projector.apply([body_of(an_order(), id=event_id)])

    answer = ask("products/7/sales", after=str(event_id), wait="0")

    assert answer.body["totalQuantitySold"] == 2


def test_an_order_whose_event_was_pruned_still_counts_as_applied(ask: Ask) -> None:
    event_id = new_event_id()
    projector.apply([body_of(an_order(), id=event_id)])
    ProcessedEvent.objects.all().delete()

    assert ask("products/7/sales", after=str(event_id), wait="0").status == 200


def test_an_event_that_does_not_come_is_told_to_be_asked_for_again(ask: Ask) -> None:
    started = time.monotonic()

    answer = ask("products/7/sales", after=str(new_event_id()), wait="0.2")

    assert answer.is_problem(503)
    assert answer.headers["Retry-After"] == "1"
    assert 0.2 <= time.monotonic() - started < 2


@pytest.mark.django_db(databases=["read"], transaction=True)
def test_an_event_that_comes_meanwhile_is_in_the_figure(ask: Ask) -> None:
    event_id = new_event_id()
    with later(lambda: projector.apply([body_of(an_order(), id=event_id)])):
        answer = ask("products/7/sales", after=str(event_id), wait="10")

    assert (answer.status, answer.body["orderCount"]) == (200, 1)


def test_a_parked_event_is_told_at_once(ask: Ask) -> None:
    event_id = new_event_id()
    park(event_id)
    started = time.monotonic()

    answer = ask("products/7/sales", after=str(event_id), wait="10")

    assert answer.is_problem(503)
    assert "parked" in answer.body["detail"]
    assert time.monotonic() - started < 5


def test_a_settled_event_is_waited_for_again(ask: Ask) -> None:
    event_id = new_event_id()
    park(event_id)
    DeadLetter.objects.update(settled_at=timezone.now(), settlement="retried")

    answer = ask("products/7/sales", after=str(event_id), wait="0")

    assert answer.is_problem(503)
    assert "in time" in answer.body["detail"]


def test_those_who_wait_leave_a_thread_to_the_others(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_writes, "_places", threading.BoundedSemaphore(1))
    own_writes._places.acquire()
    started = time.monotonic()

    assert ask("products/7/sales", after=str(new_event_id()), wait="10").is_problem(503)
    assert time.monotonic() - started < 5
    assert ask("products/7/sales").status == 200


@pytest.mark.parametrize(
    "query",
    [
        {"after": "17"},
        {"after": ""},
        {"after": f"{new_event_id()}x"},
        *({"after": str(new_event_id()), "wait": w} for w in ("-1", "10.1", "nan", "")),
    ],
)
def test_an_unknown_form_is_refused(ask: Ask, query: dict[str, str]) -> None:
    assert ask("products/7/sales", **query).is_problem(400)
