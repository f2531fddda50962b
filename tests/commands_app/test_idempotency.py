"""Idempotency-Key: one effect and one answer, however often the request is sent."""

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse

from commands_app import idempotency
from commands_app.errors import Conflict, StillRunning
from commands_app.idempotency import Answer
from commands_app.models import IdempotencyKey, Order, Product
from tests.commands_app.api import MOUSE, an_order, is_problem, new_product, send, told
from tests.commands_app.builders import line, place, product


def test_the_same_request_gets_the_same_answer_and_no_second_order() -> None:
    order = an_order(new_product())

    first = send("orders", order, Idempotency_Key="k-1")
    again = send("orders", order, Idempotency_Key="k-1")

    assert (again.status_code, again.content) == (201, first.content)
    assert again["Event-Id"] == first["Event-Id"]
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Order.objects.count() == 1


def test_another_body_or_address_with_the_key_is_refused() -> None:
    mouse = new_product()
    send("orders", an_order(mouse), Idempotency_Key="k-1")

    other_body = send("orders", an_order(mouse, 2), Idempotency_Key="k-1")
    other_address = send("products", MOUSE, Idempotency_Key="k-1")

    assert is_problem(other_body, 422)
    assert is_problem(other_address, 422)
    assert Order.objects.count() == 1


def test_a_refusal_is_not_stored_so_that_it_can_be_tried_again() -> None:
    mouse = new_product(stock=1)
    order = an_order(mouse, 2)
    refused = send("orders", order, Idempotency_Key="k-1")

    send(f"products/{mouse}", {"stock": 2}, method="PATCH")
    placed = send("orders", order, Idempotency_Key="k-1")

    assert is_problem(refused, 409, "/items/0")
    assert placed.status_code == 201
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("key", ["", "a b", "k" * 256, "ä"])
def test_a_key_is_visible_ascii_and_not_too_long(key: str) -> None:
    assert is_problem(send("products", MOUSE, Idempotency_Key=key), 400)


@pytest.mark.parametrize("action", ["cancel", "refunds"])
def test_the_key_works_on_every_post(action: str) -> None:
    order = told(send("orders", an_order(new_product())))["orderId"]

    first = send(f"orders/{order}/{action}", Idempotency_Key="k-1")
    again = send(f"orders/{order}/{action}", Idempotency_Key="k-1")

    assert first.status_code in {200, 201}
    assert again.content == first.content
    assert again["Idempotent-Replayed"] == "true"


@pytest.mark.django_db(transaction=True)
def test_a_second_request_is_refused_while_the_first_still_runs() -> None:
    running, finish = threading.Event(), threading.Event()
    answer = Answer(201, b"{}", uuid4())

    def slow() -> Answer:
        running.set()
        finish.wait(10)
        return answer

    def first() -> Answer:
        try:
            return idempotency.once("k-1", b"asked", slow)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(first)
        running.wait(10)
        with pytest.raises(StillRunning):
            idempotency.once("k-1", b"asked", slow)
        finish.set()

    assert result.result() == answer
    assert idempotency.once("k-1", b"asked", slow) == (*answer[:3], True)


@pytest.mark.django_db(transaction=True)
def test_sixteen_clients_with_one_key_make_one_order() -> None:
    order = an_order(new_product())

    def client(_: int) -> HttpResponse:
        try:
            return send("orders", order, Idempotency_Key="k-1")
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        responses = list(pool.map(client, range(16)))

    assert {r.status_code for r in responses} <= {201, 409}
    assert len({r.content for r in responses if r.status_code == 201}) == 1
    assert Order.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_work_that_fails_leaves_neither_an_order_nor_an_answer() -> None:
    mouse = product()

    def fail() -> Answer:
        place(line(mouse))
        raise Conflict

    with pytest.raises(Conflict):
        idempotency.once("k-1", b"asked", fail)

    assert not IdempotencyKey.objects.exists()
    assert not Order.objects.exists()
    assert Product.objects.get().stock == 100
