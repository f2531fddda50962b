"""The consumer measures its batches, and counts what could not be applied."""

from contextlib import closing

import pytest

from projections_app.consumer import APPLIED, APPLYING, BATCH, FAILURES, PARKED
from tests.messaging.builders import an_order, body_of
from tests.messaging.metered import count, total
from tests.projections_app.conftest import Queues, eventually, renamed, settle
from tests.projections_app.messages import POISON


def test_a_batch_is_measured_with_what_it_parked(queues: Queues) -> None:
    before = total(APPLIED), total(PARKED)
    batches, times = count(BATCH), count(APPLYING)
    poison = POISON["broken JSON"]
    queues.publish(body_of(an_order()), poison, body_of(an_order(order_id=2)))

    queues.consume(3)

    assert (total(APPLIED), total(PARKED)) == (before[0] + 2, before[1] + 1)
    assert count(BATCH) > batches
    assert count(APPLYING) > times


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_a_batch_that_the_database_does_not_take_is_counted(queues: Queues) -> None:
    before = total(FAILURES)
    queues.publish(body_of(an_order()))
    with closing(queues.consumer()) as consumer:
        with renamed("sales_ledger"):
            eventually(lambda: not (consumer.run_once() or consumer.healthy))
        settle(consumer, 1)

    assert total(FAILURES) > before
