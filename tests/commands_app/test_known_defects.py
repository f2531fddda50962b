"""Defects of other systems of this kind on their write side: none may come back."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commands_app.models import Order, OrderItem, Product
from messaging.events import OrderCreated
from tests.commands_app.api import MOUSE, an_order, is_problem, new_product, send, told
from tests.commands_app.builders import events, line, place, product
from tests.commands_app.clients import at_once


def test_an_item_of_null_does_not_end_the_service() -> None:
    mouse = new_product()

    refused = send("orders", {"customerId": 1, "items": [None]})

    assert is_problem(refused, 400, "/items/0")
    assert send("orders", an_order(mouse)).status_code == 201


@pytest.mark.parametrize("price", [-1000, -0.01, "NaN", "29.99", "", [], {}])
def test_a_price_that_is_no_price_is_not_sold_at(price: Any) -> None:
    mouse = new_product()
    items = [{"productId": mouse, "quantity": 1, "price": price}]

    refused = send("orders", {"customerId": 1, "items": items})

    assert is_problem(refused, 400, "/items/0/price")
    assert not Order.objects.exists()


@pytest.mark.parametrize("token", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_price_that_is_not_a_number_is_not_read_as_one(token: bytes) -> None:
    item = b'{"productId": 1, "quantity": 1, "price": ' + token + b"}"

    refused = send("orders", b'{"customerId": 1, "items": [' + item + b"]}")

    assert is_problem(refused, 400)


def test_two_lines_of_one_product_do_not_sell_more_than_there_is() -> None:
    mouse = new_product(stock=100)
    item = {"productId": mouse, "quantity": 60}

    refused = send("orders", {"customerId": 1, "items": [item, item]})

    assert is_problem(refused, 409, "/items/0")
    assert Product.objects.get().stock == 100


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE products SET stock = -1",
        "UPDATE products SET price = -1",
        "UPDATE products SET price = 'NaN'",
        "UPDATE orders SET total = -1000",
        "UPDATE orders SET total = 'NaN'",
        "UPDATE order_items SET quantity = -1",
        "UPDATE order_items SET price = 'NaN'",
        "UPDATE order_items SET discount = 1000000",
    ],
)
def test_not_even_the_tables_take_such_a_stock_or_such_money(change: str) -> None:
    place(line(product()))

    with (
        pytest.raises(IntegrityError, match="violates check constraint"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.django_db(transaction=True)
def test_items_in_opposite_order_do_not_deadlock() -> None:
    products = [product(stock=1000) for _ in range(2)]

    def client(number: int) -> list[int]:
        wanted = products[:: 1 if number % 2 else -1]
        items = [{"productId": p, "quantity": 1} for p in wanted]
        order = {"customerId": 1, "items": items}
        return [send("orders", order).status_code for _ in range(5)]

    assert at_once(8, client) == [[201] * 5] * 8


def test_half_a_cent_is_not_rounded_up_unasked() -> None:
    mouse = new_product()
    items = [{"productId": mouse, "quantity": 1, "price": 1.005}]

    refused = send("orders", {"customerId": 1, "items": items})

    assert is_problem(refused, 400, "/items/0/price")


def test_money_does_not_pass_through_floats() -> None:
    mouse = product(stock=None)

    place(line(mouse, 3, price=Decimal("0.10")), line(mouse, 1, price=Decimal("0.20")))
    place(line(mouse, 1, price=Decimal("9007199254.93")))

    totals = [event.total for event in events() if isinstance(event, OrderCreated)]
    assert totals == [Decimal("0.50"), Decimal("9007199254.93")]
    assert list(Order.objects.order_by("id").values_list("total", flat=True)) == totals


def test_the_event_does_not_tell_another_total_than_the_order() -> None:
    mouse = new_product(price=29.9)
    send("orders", an_order(mouse, 3))

    (placed,) = [event for event in events() if isinstance(event, OrderCreated)]
    item = OrderItem.objects.get()
    assert str(placed.total) == str(Order.objects.get().total) == "89.70"
    assert str(placed.lines[0].unit_price) == str(item.price) == "29.90"


@pytest.mark.parametrize("number", ["abc", "1abc", "99999999999999999999", "0x1"])
@pytest.mark.parametrize("action", ["cancel", "refunds"])
def test_an_id_that_is_none_is_neither_guessed_nor_fatal(
    number: str, action: str
) -> None:
    place(line(product()))

    assert is_problem(send(f"orders/{number}/{action}"), 404)
    assert Order.objects.get().status == "placed"


@pytest.mark.parametrize(
    ("field", "value"), [("name", {}), ("category", []), ("price", 99999999999)]
)
def test_a_product_is_not_made_of_anything(field: str, value: Any) -> None:
    assert is_problem(send("products", MOUSE | {field: value}), 400, f"/{field}")
    assert not Product.objects.exists()


def test_broken_json_does_not_answer_with_a_page_or_a_path() -> None:
    refused = send("orders", b'{"customerId": 1,')

    assert is_problem(refused, 400)
    assert "/" not in told(refused)["detail"]
    assert b"<" not in refused.content
    assert b"Traceback" not in refused.content


def test_no_moment_is_stored_without_its_zone() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns"
            " WHERE table_schema = 'public'"
            " AND data_type = 'timestamp without time zone'"
        )
        assert cursor.fetchall() == []
