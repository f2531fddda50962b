"""Many clients at once: no deadlock reaches them, and nothing is counted twice."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import transaction

from commands_app.cancellations import cancel_order
from commands_app.errors import (
    AlreadyCancelled,
    NothingLeft,
    OutOfStock,
    ReferenceTaken,
    SkuTaken,
)
from commands_app.models import Order, OrderItem, OutboxEvent, Product, RefundLine
from commands_app.orders import place_orders
from commands_app.refunds import NewRefund, Part, refund_order
from commands_app.session import execute, in_transaction
from tests.commands_app.builders import line, order, place, product
from tests.commands_app.clients import at_once, wait_until, waiting_for_locks

pytestmark = pytest.mark.django_db(transaction=True)

CLIENTS = 16


def stock_of(product_id: int) -> int | None:
    return Product.objects.get(pk=product_id).stock


@pytest.fixture
def retries(caplog: pytest.LogCaptureFixture) -> Callable[[], int]:
    """How many transactions were victims of a deadlock so far."""
    caplog.set_level(logging.INFO, logger="commands_app.session")
    return lambda: caplog.messages.count("transaction retried")


def kinds(results: list[Any]) -> set[str]:
    return {type(result).__name__ for result in results}


def test_orders_of_the_same_products_in_opposite_order_never_deadlock(
    retries: Callable[[], int],
) -> None:
    products = [product(stock=10_000) for _ in range(4)]

    def client(number: int) -> None:
        wanted = products[:: 1 if number % 2 else -1]
        for _ in range(10):
            place(*[line(product_id) for product_id in wanted])

    assert kinds(at_once(CLIENTS, client)) == {"NoneType"}
    assert retries() == 0
    assert {stock_of(p) for p in products} == {10_000 - CLIENTS * 10}
    assert Order.objects.count() == CLIENTS * 10


def test_stock_is_sold_to_the_last_piece_and_never_below_zero() -> None:
    mouse = product(stock=50)

    def client(_: int) -> int:
        sold = 0
        for _ in range(10):
            try:
                place(line(mouse), line(mouse))
                sold += 2
            except OutOfStock:
                pass
        return sold

    assert sum(at_once(CLIENTS, client)) == 50  # type: ignore[arg-type]
    assert stock_of(mouse) == 0
    assert OrderItem.objects.count() == 50


def test_refunds_and_cancellations_of_the_same_products_never_deadlock(
    retries: Callable[[], int],
) -> None:
    products = [product(stock=10_000) for _ in range(3)]

    def client(number: int) -> None:
        wanted = products[:: 1 if number % 2 else -1]
        for turn in range(5):
            placed = place(*[line(product_id, 2) for product_id in wanted])
            part = [Part(line_no=1 + turn % 3, quantity=1)]
            refund_order(placed.id, NewRefund(parts=part, restock=True))
            cancel_order(placed.id)

    assert kinds(at_once(CLIENTS, client)) == {"NoneType"}
    assert retries() == 0
    assert {stock_of(p) for p in products} == {10_000}


def test_a_deadlock_that_happens_all_the_same_is_retried(
    retries: Callable[[], int],
) -> None:
    first, second = product(), product()
    both_hold_one = threading.Barrier(2)

    def client(number: int) -> None:
        def lock_crosswise() -> None:
            mine, other = (first, second) if number else (second, first)
            lock(mine)
            if not retries():
                both_hold_one.wait(10)
            lock(other)

        in_transaction(lock_crosswise)

    def lock(product_id: int) -> None:
        statement = "UPDATE products SET stock = stock - 1 WHERE id = $1"
        assert execute(statement, product_id).rowcount == 1

    assert at_once(2, client) == [None, None]
    assert retries() >= 1
    assert (stock_of(first), stock_of(second)) == (98, 98)


def test_one_reference_makes_one_order_and_the_others_learn_which() -> None:
    mouse = product(stock=1000)

    results = at_once(CLIENTS, lambda _: place(line(mouse), reference="R-1"))

    taken = [result for result in results if isinstance(result, ReferenceTaken)]
    (made,) = Order.objects.all()
    assert len(taken) == CLIENTS - 1
    assert {error.extra["orderId"] for error in taken} == {made.pk}
    assert stock_of(mouse) == 999
    assert OutboxEvent.objects.count() == 2


def test_batches_with_the_same_references_in_opposite_order_never_deadlock(
    retries: Callable[[], int],
) -> None:
    mouse = product(stock=None)

    def client(number: int) -> None:
        wanted = ["a", "m", "z"][:: 1 if number else -1]
        place_orders([order(line(mouse), reference=r) for r in wanted])

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():  # holds the middle one until both clients wait
            place(line(mouse), reference="m")
            both = pool.submit(at_once, 2, client)
            wait_until(lambda: waiting_for_locks() == 2)
            transaction.set_rollback(True)
        results = both.result(30)

    assert sorted(map(str, results)) == sorted([str(None), str(ReferenceTaken())])
    assert retries() == 0
    assert Order.objects.count() == 3


def test_pieces_are_refunded_once_however_many_ask() -> None:
    placed = place(line(product(), 10))

    def client(_: int) -> None:
        part = [Part(line_no=1, quantity=1)]
        refund_order(placed.id, NewRefund(parts=part))

    results = at_once(CLIENTS, client)

    assert results.count(None) == 10
    assert sum(isinstance(result, NothingLeft) for result in results) == CLIENTS - 10
    assert RefundLine.objects.count() == 10


def test_an_order_is_cancelled_once_however_many_ask() -> None:
    mouse = product()
    placed = place(line(mouse, 10))

    results = at_once(CLIENTS, lambda _: cancel_order(placed.id))

    refused = [r for r in results if isinstance(r, AlreadyCancelled)]
    assert len(refused) == CLIENTS - 1
    assert stock_of(mouse) == 100


def test_one_sku_makes_one_product() -> None:
    results = at_once(CLIENTS, lambda _: product(sku="M-1"))

    assert sum(isinstance(result, SkuTaken) for result in results) == CLIENTS - 1
    assert Product.objects.count() == 1
