"""An order goes in on one side, exact figures come out on the other."""

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from chaos.invariants import violations
from chaos.system import System
from chaos.waiting import eventually
from devstack.folder import ROOT

pytestmark = [pytest.mark.processes, pytest.mark.timeout(120)]


def test_the_requests_of_the_first_description_get_its_answers(
    system: System,
) -> None:
    system.start()
    mouse = {"name": "Wireless Mouse", "category": "Electronics", "price": 29.99}
    product = system.post("/api/products", {**mouse, "stock": 100})
    assert (product.status, product.body) == (201, {"productId": 1})
    item = {"productId": 1, "quantity": 2, "price": 29.99}
    order = system.post("/api/orders", {"customerId": 1, "items": [item]})
    assert (order.status, order.body) == (201, {"orderId": 1})
    after = f"?after={order.headers['event-id']}&wait=10"

    sales = system.get(f"/api/analytics/products/1/sales{after}")
    category = system.get("/api/analytics/categories/Electronics/revenue")
    customer = system.get("/api/analytics/customers/1/lifetime-value")
    sync = system.get("/api/analytics/sync-status")

    assert {sales.status, category.status, customer.status, sync.status} == {200}
    assert sales.body == {
        "productId": 1,
        "totalQuantitySold": 2,
        "totalRevenue": Decimal("59.98"),
        "orderCount": 1,
    }
    assert category.body == {
        "category": "Electronics",
        "totalRevenue": Decimal("59.98"),
        "totalOrders": 1,
    }
    assert customer.body.pop("lastOrderDate").endswith("Z")
    assert customer.body == {
        "customerId": 1,
        "totalSpent": Decimal("59.98"),
        "orderCount": 1,
    }
    assert sync.body["lastProcessedEventTimestamp"].endswith("Z")
    assert sync.body["lagSeconds"] in (None, 0, 1)


def test_an_id_never_seen_has_zeros(running: System) -> None:
    customer = running.get("/api/analytics/customers/99/lifetime-value")

    assert customer.body == {
        "customerId": 99,
        "totalSpent": 0,
        "orderCount": 0,
        "lastOrderDate": None,
    }
    assert running.get("/api/analytics/products/99/sales").body["orderCount"] == 0


def test_a_refund_and_a_cancellation_take_back_what_was_sold(running: System) -> None:
    id_ = running.make_product(price=12.5, stock=10)
    body = {"customerId": 5, "items": [{"productId": id_, "quantity": 4}]}
    first = running.post("/api/orders", body).body["orderId"]
    second = running.post("/api/orders", body).body["orderId"]
    refund = {"items": [{"line": 1, "quantity": 1}], "restock": True}
    assert running.post(f"/api/orders/{first}/refunds", refund).status == 201
    last = running.post(f"/api/orders/{second}/cancel", {})

    after = f"?after={last.headers['event-id']}&wait=10"
    sales = running.get(f"/api/analytics/products/{id_}/sales{after}").body
    assert sales["totalQuantitySold"] == 3
    assert sales["totalRevenue"] == Decimal("37.50")
    assert sales["orderCount"] == 1
    stock = running.write_db("SELECT stock FROM products WHERE id = %s", id_)
    assert stock == [(7,)]
    assert violations(running) == []


def test_the_script_of_curl_checks_passes(system: System) -> None:
    system.start()
    urls = {
        name: f"http://127.0.0.1:{system.ports[role]}"
        for name, role in (("COMMAND_URL", "commands"), ("QUERY_URL", "queries"))
    }
    # Its `python3` would be a wrapper's on some machines, ten times as slow.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["bash", "tests/test.sh"],
        cwd=ROOT,
        env={**os.environ, **urls, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_a_query_for_an_unapplied_event_says_when_to_come_back(system: System) -> None:
    system.start("commands", "queries", "relay")
    order = system.make_order(system.make_product())

    after = f"?after={order.headers['event-id']}&wait=0.2"
    answer = system.get(f"/api/analytics/products/1/sales{after}")

    assert answer.status == 503
    assert int(answer.headers["retry-after"]) >= 1
    system.start("consumer")
    eventually(
        lambda: system.get(f"/api/analytics/products/1/sales{after}").status == 200,
        "applied",
    )


def test_both_documents_of_the_api_are_served_with_their_pages(running: System) -> None:
    for role in ("commands", "queries"):
        assert running.call(role, "GET", "/api/openapi.json").body["openapi"] >= "3.1"
