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

BATCH = 40
ROUNDS = 3
pytestmark = pytest.mark.django_db(transaction=True, databases=["read"])


def apply_all(deliveries: Sequence[bytes], start: Barrier) -> list[object]:
    failures: list[object] = []
    try:
        for first in range(0, len(deliveries), BATCH):
            start.wait(timeout=20)  # both write their batches at the same moment
            failures += projector.apply(deliveries[first : first + BATCH])
    finally:
        connections["read"].close()
    return failures


@pytest.mark.parametrize("shuffled", [False, True], ids=["same order", "any order"])
def test_two_projectors_with_the_same_events_add_each_once(*, shuffled: bool) -> None:
    random = Random(4)
    history = Shop(random).history(products=6, orders=300)
    mine, theirs = bodies(history), bodies(history)
    if shuffled:
        random.shuffle(theirs)
    start = Barrier(2)

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(apply_all, [mine, theirs], [start, start]))

    assert results == [[], []]
    stored = oracle.stored()
    for table, rows in oracle.expected(history).items():
        assert stored[table] == rows, table
