"""The write API: statuses, bodies and headers of every address."""

import pytest
from django.urls import Resolver404, resolve

from commands_app.models import Order, OutboxEvent, Product
from tests.commands_app.api import MOUSE, an_order, is_problem, new_product, send, told
from tests.commands_app.builders import events

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_product_and_an_order_are_created_as_the_reference_shows() -> None:
    made = send("products", {**MOUSE, "name": "Wireless Mouse"})
    product_id = told(made)["productId"]
    items = [{"productId": product_id, "quantity": 2, "price": 29.99}]
    placed = send("orders", {"customerId": 1, "items": items})

    assert (made.status_code, told(made)) == (201, {"productId": product_id})
    order = Order.objects.get()
    assert (placed.status_code, told(placed)) == (201, {"orderId": order.pk})
    assert placed["Content-Type"] == "application/json"
    assert placed["Event-Id"] == str(order.event_id)
    ids = OutboxEvent.objects.order_by("id").values_list("event_id", flat=True)
    assert [made["Event-Id"], placed["Event-Id"]] == [str(i) for i in ids]


def test_a_product_is_changed_field_by_field() -> None:
    product_id = new_product(sku="M-1")

    changed = send(
        f"products/{product_id}", {"price": 5, "stock": None}, method="PATCH"
    )

    product = Product.objects.get(pk=product_id)
    assert changed.status_code == 200
    assert told(changed) == {"productId": product_id, "version": 2}
    assert (product.name, product.sku, product.price) == ("Mouse", "M-1", 5)
    assert (product.stock, product.version) == (None, 2)
    event = events()[-1]
    assert type(event).__name__ == "ProductUpdated"
    assert changed["Event-Id"] == str(OutboxEvent.objects.latest("id").event_id)


def test_a_change_names_a_product_that_exists_and_something_to_change() -> None:
    product_id = new_product()

    unknown = send(f"products/{product_id + 1}", {"price": 5}, method="PATCH")
    nothing = send(f"products/{product_id}", {}, method="PATCH")
    no_name = send(f"products/{product_id}", {"name": None}, method="PATCH")

    assert is_problem(unknown, 404)
    assert is_problem(nothing, 400)
    assert is_problem(no_name, 400, "/name")


@pytest.mark.django_db(transaction=True)
def test_a_sku_belongs_to_one_product() -> None:
    new_product(sku="M-1")
    other = new_product(sku="M-2")

    assert is_problem(send("products", {**MOUSE, "sku": " M-1"}), 409, "/sku")
    assert is_problem(
        send(f"products/{other}", {"sku": "M-1"}, method="PATCH"), 409, "/sku"
    )
    assert Product.objects.count() == 2


def test_a_batch_is_placed_wholly_or_not_at_all() -> None:
    mouse = new_product()
    good, bad = an_order(mouse), an_order(mouse + 1)

    refused = send("orders/batch", {"orders": [good, bad]})
    assert is_problem(refused, 400, "/orders/1/items/0/productId")
    assert not Order.objects.exists()
    placed = send("orders/batch", {"orders": [good, good]})

    ids = list(Order.objects.order_by("id").values_list("id", flat=True))
    assert (placed.status_code, told(placed)) == (201, {"orderIds": ids})
    assert placed["Event-Id"] == str(OutboxEvent.objects.latest("id").event_id)


def test_too_little_stock_is_a_conflict_that_tells_what_there_is() -> None:
    mouse = new_product(stock=3)

    refused = send("orders", an_order(mouse, 4))

    assert is_problem(refused, 409, "/items/0")
    members = told(refused)
    assert (members["productId"], members["available"]) == (mouse, 3)
    assert members["requested"] == 4


def test_a_reference_that_is_taken_names_the_order_that_has_it() -> None:
    mouse = new_product()
    first = told(send("orders", an_order(mouse, reference="R-1")))["orderId"]

    refused = send("orders", an_order(mouse, reference="R-1"))

    assert is_problem(refused, 409, "/reference")
    assert told(refused)["orderId"] == first


def test_an_order_is_refunded_and_cancelled_with_empty_bodies_too() -> None:
    mouse = new_product()
    order = told(send("orders", an_order(mouse, 5)))["orderId"]
    part = {"items": [{"line": 1, "quantity": 2}], "restock": True, "reason": "broken"}

    refunded = send(f"orders/{order}/refunds", part)
    cancelled = send(f"orders/{order}/cancel")

    assert refunded.status_code == 201
    assert list(told(refunded)) == ["refundId"]
    assert cancelled.status_code == 200
    assert told(cancelled) == {"orderId": order, "status": "cancelled"}
    assert refunded["Event-Id"] < cancelled["Event-Id"]  # ids of version 7 grow
    assert Product.objects.get(pk=mouse).stock == 100


def test_what_cannot_be_taken_back_is_refused() -> None:
    mouse = new_product()
    order = told(send("orders", an_order(mouse, 5)))["orderId"]
    refunds = f"orders/{order}/refunds"

    too_much = send(refunds, {"items": [{"line": 1, "quantity": 6}]})
    unknown_line = send(refunds, {"items": [{"line": 2}]})
    nothing = send(refunds, {"items": []})
    no_order = send(f"orders/{order + 1}/refunds")
    send(f"orders/{order}/cancel")

    assert is_problem(too_much, 409, "/items/0")
    assert is_problem(unknown_line, 400, "/items/0/line")
    assert is_problem(nothing, 400, "/items")
    assert is_problem(no_order, 404)
    assert is_problem(send(f"orders/{order + 1}/cancel"), 404)
    assert is_problem(send(f"orders/{order}/cancel"), 409)
    assert is_problem(send(refunds), 409)


@pytest.mark.parametrize("number", ["0", "-1", "abc", str(2**63), "9" * 30, "1.0"])
def test_an_address_without_a_positive_bigint_does_not_exist(number: str) -> None:
    assert is_problem(send(f"orders/{number}/cancel"), 404)
    with pytest.raises(Resolver404):  # so that no query looks for it
        resolve(f"/api/orders/{number}/cancel")


def test_a_verb_that_an_address_does_not_know_is_refused() -> None:
    assert is_problem(send("orders", method="GET"), 405)


def test_a_valid_traceparent_goes_with_the_event_and_another_does_not() -> None:
    send("products", MOUSE, traceparent=TRACE)
    send("products", MOUSE, traceparent=TRACE.upper())
    send("products", MOUSE, traceparent=f"00-{'0' * 32}-00f067aa0ba902b7-01")

    send("products", MOUSE, traceparent=TRACE, tracestate="vendor=1")

    kept = OutboxEvent.objects.order_by("id").values_list("traceparent", flat=True)
    assert list(kept) == [TRACE, None, None, f"{TRACE} vendor=1"]
