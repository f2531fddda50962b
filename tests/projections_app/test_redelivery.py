"""An event that kills the process is parked in the end; the innocent never are."""

import os
import signal
from collections import Counter
from contextlib import closing
from datetime import datetime
from multiprocessing import get_context
from typing import Any
from uuid import UUID

import pytest
from django.db import connections

from messaging.envelope import new_event_id
from messaging.subscriber import Delivery
from projections_app import ledger, redelivery
from projections_app.dead_letters import park
from projections_app.errors import DeadLettered
from projections_app.models import (
    DeadLetter,
    DeliveryAttempt,
    ProcessedEvent,
    ProductSales,
)
from projections_app.projector import apply
from projections_app.redelivery import Verdict
from tests.messaging.builders import an_order, body_of
from tests.projections_app.conftest import MAX_ATTEMPTS, Queues, eventually

KILLER = 666  # an order's id


def delivery(tag: int, body: bytes, *, redelivered: bool = True) -> Delivery:
    return Delivery(tag, body, None, None, redelivered)


def test_messages_that_come_for_the_first_time_are_not_counted() -> None:
    fresh = [delivery(n, body_of(an_order()), redelivered=False) for n in range(3)]

    assert redelivery.judge(fresh) == dict.fromkeys(range(3), Verdict.TOGETHER)
    assert DeliveryAttempt.objects.count() == 0


def test_redelivered_messages_are_judged_by_what_is_known_of_them() -> None:
    applied, parked, tried = (body_of(an_order(), id=new_event_id()) for _ in "123")
    apply([applied])
    park(parked, DeadLettered())
    redelivery.judge([delivery(1, tried)])

    verdicts = redelivery.judge(
        [
            delivery(1, applied),
            delivery(2, parked),
            delivery(3, tried),
            delivery(4, b"never seen"),
            delivery(5, tried, redelivered=False),
        ]
    )

    assert list(verdicts.values()) == [
        Verdict.APPLIED,
        Verdict.PARKED,
        Verdict.ALONE,
        Verdict.TOGETHER,
        Verdict.TOGETHER,
    ]


def test_a_process_that_has_survived_a_connection_suspects_nothing() -> None:
    applied, tried, new = (body_of(an_order(), id=new_event_id()) for _ in "123")
    apply([applied])
    redelivery.judge([delivery(1, tried)])

    verdicts = redelivery.judge(
        [delivery(1, applied), delivery(2, tried), delivery(3, new)], survived=True
    )

    assert list(verdicts.values()) == [
        Verdict.APPLIED,
        Verdict.TOGETHER,
        Verdict.TOGETHER,
    ]
    assert DeliveryAttempt.objects.get().attempts == 2


def test_a_delivery_is_counted_when_it_is_redelivered_and_before_each_try_alone() -> (
    None
):
    body = b"neither JSON nor event"
    redelivery.judge([delivery(1, body), delivery(2, body)])

    assert redelivery.count(delivery(3, body)) == 3
    assert redelivery.count(delivery(4, body)) == 4


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_an_event_that_kills_the_process_is_parked_and_the_others_are_applied(
    queues: Queues,
) -> None:
    queues.publish(*(body_of(an_order(order_id=n)) for n in (1, 2, KILLER, 3, 4, 5)))
    queues.publish(b"poison")

    ends = Counter(consume_in_a_process(queues) for _ in range(MAX_ATTEMPTS + 1))

    assert ends == {-signal.SIGKILL: MAX_ATTEMPTS, 0: 1}
    killer = DeadLetter.objects.exclude(event_id=None).get()
    assert killer.reason == f"KilledProcess: it ended the process {MAX_ATTEMPTS} times"
    assert killer.attempts == MAX_ATTEMPTS
    assert DeadLetter.objects.count() == 2
    assert ProcessedEvent.objects.count() == ProductSales.objects.get().order_count == 5
    assert DeliveryAttempt.objects.count() == 0
    assert queues.depth() == 0
    eventually(lambda: queues.dead() == 2)


def consume_in_a_process(queues: Queues) -> int:
    """Consumes until the queue is settled or the process dies; its exit code."""
    eventually(lambda: queues.depth() > 0)
    connections["read"].close()  # so that the child inherits none
    child = get_context("fork").Process(target=consume_or_die, args=(queues,))
    child.start()
    child.join(timeout=30)
    assert child.exitcode is not None
    return child.exitcode


def consume_or_die(queues: Queues) -> None:
    lines = ledger.lines

    def deadly(
        event_id: UUID, event: Any, recorded_at: datetime | None = None
    ) -> list[ledger.Line]:
        if event.order_id == KILLER:
            os.kill(os.getpid(), signal.SIGKILL)
        return lines(event_id, event, recorded_at)

    ledger.lines = deadly
    with closing(queues.consumer()) as consumer:
        eventually(lambda: consumer.run_once() == 0 and all_is_settled())


def all_is_settled() -> bool:
    return ProcessedEvent.objects.count() == 5 and DeadLetter.objects.count() == 2
