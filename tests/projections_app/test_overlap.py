"""Two projectors at once, as when a consumer that was taken for dead still works."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from threading import Barrier

import pytest
from django.db import connections

from projections_app import projector
from tests.projections_app import oracle
from tests.projections_app.histories import Shop, bodies

BATCH = 200  # events
pytestmark = pytest.mark.django_db(transaction=True, databases=["read"])


def apply_all(batches: Sequence[Sequence[bytes]], start: Barrier) -> list[object]:
    failures: list[object] = []
    try:
        for batch in batches:
            start.wait(timeout=20)  # both write at the same moment
            failures += projector.apply(batch)
    finally:
        connections["read"].close()
    return failures


@pytest.mark.parametrize("backwards", [False, True], ids=["same order", "backwards"])
def test_two_projectors_with_the_same_events_add_each_once(*, backwards: bool) -> None:
    history = Shop(Random(4)).history(products=6, orders=700)
    deliveries = bodies(history)
    mine = [deliveries[n : n + BATCH] for n in range(0, len(deliveries), BATCH)]
    theirs = [batch[::-1] if backwards else batch for batch in mine]
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(apply_all, [mine, theirs], [start, start]))

    assert results == [[], []]
    stored = oracle.stored()
    for table, rows in oracle.expected(history).items():
        assert stored[table] == rows, table


def test_two_projectors_with_events_of_their_own_add_each_once() -> None:
    history = Shop(Random(5)).history(products=6, orders=700)
    mine, theirs = (
        [half[n : n + 50] for n in range(0, len(half) - 50, 50)]
        for half in (bodies(history)[::2], bodies(history)[1::2])
    )
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(apply_all, [mine, theirs], [start, start]))
    assert projector.apply(bodies(history)) == []  # those that fill no batch

    assert results == [[], []]
    stored = oracle.stored()
    for table, rows in oracle.expected(history).items():
        assert stored[table] == rows, table
