"""Bodies: what is not exactly a command is refused with a pointer, never with 500."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commands_app.models import Order, Product
from messaging.events import ProductCreated
from tests.commands_app.api import MOUSE, an_order, is_problem, new_product, send, told
from tests.commands_app.builders import events

JSON = "application/json"
MANY = 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b'{"name": "a", "name": "b"}',
        b'{"\\ud800": 1}',
        b'{"\\u0000": 1}',
        b'"\\ud800"',
        b'{"customerId": "\\ud800"}',
        b'{"items": "\\ud800"}',
        b'{"price": 1e99999999999999999999}',
        b'{"price": ' + b"9" * 5000 + b"}",
        b"[" * MANY,
        b"[" * MANY + b"]" * MANY,
        b'{"a":' * MANY + b"1" + b"}" * MANY,
        b"[]",
        b"null",
        b'"text"',
        b"7",
    ],
    ids=lambda body: body[:24],
)
@pytest.mark.parametrize("path", ["products", "orders", "orders/batch"])
def test_what_is_no_json_object_of_ours_is_refused(path: str, body: bytes) -> None:
    response = send(path, body)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *[("name", bad) for bad in (None, 7, {}, [], "", " ", "a" * 201)],
        *[("name", bad) for bad in ("a\0b", "\ud800", "a\u200bb", "a\u202eb", "\x7f")],
        *[("category", bad) for bad in ([], "a" * 101, "\ufeffa")],
        *[("price", bad) for bad in (None, "5", "-5.00", True, -0.01, 1.005, [])],
        *[("price", bad) for bad in (10_000_000_000, 99999999999, 10**400)],
        *[("stock", bad) for bad in (-1, 1.0, "7", True, 10**12 + 1, 2**63)],
        *[("sku", bad) for bad in ("", "a" * 101, 7)],
    ],
)
def test_a_product_field_is_pointed_at(field: str, value: Any) -> None:
    assert is_problem(send("products", MOUSE | {field: value}), 400, f"/{field}")


@pytest.mark.parametrize("price", [b"1e400", b"1E+9999", b"1e-400", b"0.001"])
def test_a_price_in_another_notation_is_still_checked(price: bytes) -> None:
    body = b'{"name": "a", "category": "b", "price": ' + price + b"}"

    assert is_problem(send("products", body), 400, "/price")


def test_a_field_that_stands_twice_is_refused_though_each_would_do() -> None:
    body = b'{"name": "a", "category": "b", "price": 1, "price": 2}'

    assert is_problem(send("products", body), 400)


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(b"-0.0", "0.00"), (b"29.9", "29.90"), (b"0.1e1", "1.00"), (b"5", "5.00")],
)
def test_a_price_is_stored_as_cents(sent: bytes, stored: str) -> None:
    send("products", b'{"name": "a", "category": "b", "price": ' + sent + b"}")

    (event,) = events()
    assert isinstance(event, ProductCreated)
    assert str(event.price) == str(Product.objects.get().price) == stored


def test_text_is_normalised() -> None:
    send("products", MOUSE | {"name": "  Cafe\u0301 \t\n au\u00a0lait "})

    assert Product.objects.get().name == "Caf\u00e9 au lait"


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"customerId": 0}, "/customerId"),
        ({"customerId": 2**63}, "/customerId"),
        ({"customerId": "1"}, "/customerId"),
        ({"items": []}, "/items"),
        ({"items": None}, "/items"),
        ({"items": {}}, "/items"),
        ({"items": [None]}, "/items/0"),
        ({"items": [[]]}, "/items/0"),
        ({"items": [{"productId": 1}]}, "/items/0"),
        ({"items": [{"productId": 1, "quantity": 1}] * 1001}, "/items"),
        ({"reference": ""}, "/reference"),
        ({"placedAt": "yesterday"}, "/placedAt"),
        ({"placedAt": "2024-01-01T00:00:00"}, "/placedAt"),
        ({"placedAt": "1969-12-31T23:59:59Z"}, "/placedAt"),
        ({"placedAt": "9999-12-31T23:59:59-12:00"}, "/placedAt"),
        ({"placedAt": "0001-01-01T00:00:00+12:00"}, "/placedAt"),
        ({"placedAt": 1700000000}, "/placedAt"),
        ({"status": "placed"}, ""),
        ({"total": 1}, ""),
    ],
)
def test_an_order_field_is_pointed_at(changes: dict[str, Any], pointer: str) -> None:
    assert is_problem(send("orders", an_order(1) | changes), 400, pointer)


@pytest.mark.parametrize(
    "quantity",
    [0, -1, 1_000_001, 2**31, 2**63, 1.0, "1", "1_000", "\uff17", True, None],
)
def test_a_quantity_is_an_integer_from_one_to_a_million(quantity: Any) -> None:
    order = an_order(new_product(), quantity)

    assert is_problem(send("orders", order), 400, "/items/0/quantity")
    assert is_problem(
        send("orders/batch", {"orders": [order]}), 400, "/orders/0/items/0/quantity"
    )


def test_an_order_is_not_placed_in_the_future() -> None:
    mouse = new_product()
    soon = (datetime.now(UTC) + timedelta(minutes=4)).isoformat()
    later = (datetime.now(UTC) + timedelta(minutes=6)).isoformat()

    assert send("orders", an_order(mouse, placedAt=soon)).status_code == 201
    assert is_problem(send("orders", an_order(mouse, placedAt=later)), 400, "/placedAt")


def test_a_moment_is_stored_in_utc() -> None:
    placed_at = "2024-03-10T01:30:00.123456+05:45"
    send("orders", an_order(new_product(), placedAt=placed_at))

    expected = datetime(2024, 3, 9, 19, 45, 0, 123456, tzinfo=UTC)
    assert Order.objects.get().placed_at == expected


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "", "application/json; charset=utf-16", "multipart/form-data"],
)
def test_another_type_or_charset_is_unsupported(content_type: str) -> None:
    body = json.dumps(MOUSE).encode()

    response = send("products", body, Content_Type=content_type)

    assert is_problem(response, 415)


def test_json_in_utf_8_may_say_so() -> None:
    body = json.dumps(MOUSE).encode()

    response = send("products", body, Content_Type=f"{JSON}; charset=UTF-8")

    assert response.status_code == 201


def test_a_body_over_the_limit_is_too_large(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    assert is_problem(send("products", b" " * 1001), 413)


def test_a_message_never_repeats_the_secret_that_was_sent() -> None:
    response = send("products", MOUSE | {"price": "hunter2"})

    assert "hunter2" not in json.dumps(told(response))
