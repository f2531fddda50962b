"""Rows of known hostile inputs that no room's own tests have; ids name the rows."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from analytics_project.openapi.commands import write_api
from analytics_project.openapi.queries import read_api
from tests.commands_app.api import MOUSE, an_order, is_problem, new_product, send

pytestmark = pytest.mark.django_db(databases=["default", "read"])
APIS = {"commands": write_api, "queries": read_api}
VERBS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")


@pytest.mark.parametrize(
    "price",
    [
        pytest.param(price, id=f"price-text-{price}")
        for price in ("-5.00", "-0.00", "1E+9", "1_0.00", "NaN")
    ],
)
def test_a_price_in_text_is_refused(price: str) -> None:
    assert is_problem(send("products", MOUSE | {"price": price}), 400, "/price")


@pytest.mark.parametrize(
    "quantity",
    [
        pytest.param(each, id=f"quantity-text-{each}")
        for each in ("1_000", " 7 ", "\uff17")
    ],
)
def test_a_quantity_in_text_is_refused(quantity: str) -> None:
    refused = send("orders", an_order(new_product(), quantity))  # type: ignore[arg-type]

    assert is_problem(refused, 400, "/items/0/quantity")


@pytest.mark.parametrize(
    "charset",
    [
        pytest.param(each, id=f"charset-{each}")
        for each in ("bogus", "bz2_codec", "utf-7", "utf-8-sig")
    ],
)
def test_another_charset_is_unsupported(charset: str) -> None:
    sent = json.dumps(MOUSE).encode()
    kind = f"application/json; charset={charset}"

    assert is_problem(send("products", sent, Content_Type=kind), 415)


@pytest.mark.parametrize(
    "address",
    [
        pytest.param(f"/api/{path}".format("9" * digits), id=f"path-{digits}-digits")
        for path in ("products/{}", "orders/{}/cancel")
        for digits in (19, 30, 5000)
    ],
)
def test_a_number_in_an_address_that_no_id_has_is_not_found(address: str) -> None:
    method = "PATCH" if "products" in address else "POST"

    answer = Client(raise_request_exception=False).generic(method, address, b"{}")

    assert is_problem(answer, 404)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        *[
            pytest.param("products", MOUSE | {name: 1}, id=f"API3-product-{name}")
            for name in ("id", "productId", "version", "createdAt")
        ],
        *[
            pytest.param("orders", an_order(1) | {name: 1}, id=f"API3-order-{name}")
            for name in ("id", "orderId", "status", "total", "eventId")
        ],
    ],
)
def test_a_property_that_is_not_the_clients_is_refused(path: str, body: Any) -> None:
    assert is_problem(send(path, body), 400, "")


@pytest.mark.parametrize("role", APIS, ids=lambda role: f"API8-verbs-{role}")
def test_an_address_knows_its_verbs_alone(role: str, settings: Settings) -> None:
    settings.ROOT_URLCONF = f"analytics_project.urls_{role}"
    client = Client(raise_request_exception=False)
    for path, operations in APIS[role]()["paths"].items():
        address = path.replace("{", "").replace("}", "").replace("Id", "1")
        address = address.replace("product1", "1").replace("order1", "1")
        for verb in set(VERBS) - {known.upper() for known in operations}:
            answer = client.generic(verb, address.replace("customer1", "1"))
            assert is_problem(answer, 405), (verb, address)
