"""Any order, any duplication and any batching of a history gives the same tables."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from random import Random

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from projections_app import projector
from tests.projections_app import oracle
from tests.projections_app.histories import Recorded, Shop, bodies


@contextmanager
def fresh_tables() -> Iterator[None]:
    with transaction.atomic(using="read"):
        yield
        transaction.set_rollback(True, using="read")


def tables_after(batches: Sequence[Sequence[bytes]]) -> dict[str, oracle.Table]:
    with fresh_tables():
        for batch in batches:
            assert projector.apply(batch) == []
        return oracle.stored()


def shuffled(history: list[Recorded], random: Random, *, most: int) -> list[bytes]:
    """Each event one to `most` times, all in any order."""
    deliveries = [
        body for body in bodies(history) for _ in range(random.randint(1, most))
    ]
    random.shuffle(deliveries)
    return deliveries


def cut(deliveries: list[bytes], random: Random, *, most: int) -> list[list[bytes]]:
    batches = []
    while deliveries:
        size = random.randint(1, most)
        batches.append(deliveries[:size])
        deliveries = deliveries[size:]
    return batches


def assert_true(tables: dict[str, oracle.Table], history: list[Recorded]) -> None:
    for table, rows in oracle.expected(history).items():
        assert tables[table] == rows, table


@settings(max_examples=60, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 4), st.integers(0, 8))
def test_any_order_duplication_and_batching_gives_the_tables_of_the_in_order_run(
    random: Random, products: int, orders: int
) -> None:
    history = Shop(random).history(products=products, orders=orders)
    deliveries = shuffled(history, random, most=3)

    in_order = tables_after([[body] for body in bodies(history)])
    in_chaos = tables_after(cut(deliveries, random, most=10))

    assert in_chaos == in_order
    assert_true(in_order, history)


def test_reversals_before_their_orders_and_updates_before_their_products() -> None:
    history = Shop(Random(5)).history(products=3, orders=60)

    backwards = tables_after([[body] for body in reversed(bodies(history))])

    assert_true(backwards, history)


@pytest.mark.timeout(300)  # it is measured in work, not in time
def test_50_000_events_one_to_five_times_in_random_order_are_as_if_in_order() -> None:
    random = Random(20)
    history = Shop(random).history(products=300, orders=36_000)[:50_000]
    assert len(history) == 50_000
    deliveries = shuffled(history, random, most=5)

    in_order = tables_after(cut(bodies(history), Random(1), most=10_000))
    in_chaos = tables_after(cut(deliveries, random, most=10_000))

    assert in_chaos == in_order
    assert_true(in_order, history)
