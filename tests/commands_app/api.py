"""The write API as a client sees it: requests in, status and JSON out."""

import json
from typing import Any

from django.http import HttpResponse
from django.test import Client

MOUSE = {"name": "Mouse", "category": "Electronics", "price": 29.99, "stock": 100}


def send(
    path: str, body: object = None, *, method: str = "POST", **headers: str
) -> HttpResponse:
    """Sends JSON, or bytes as they are; None is an empty body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Client(raise_request_exception=False).generic(
        method,
        f"/api/{path}",
        b"" if body is None else data,
        content_type="application/json",
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def told(response: HttpResponse) -> Any:
    return json.loads(response.content)


def new_product(**changes: Any) -> int:
    response = send("products", MOUSE | changes)
    assert response.status_code == 201, response.content
    return int(told(response)["productId"])


def an_order(product_id: int, quantity: int = 1, **changes: Any) -> dict[str, Any]:
    items = [{"productId": product_id, "quantity": quantity}]
    return {"customerId": 1, "items": items} | changes


def is_problem(response: HttpResponse, status: int, pointer: str | None = None) -> bool:
    """Whether this is a refusal as RFC 9457 wants it, with that status and pointer."""
    if response["Content-Type"] != "application/problem+json":
        return False
    problem = told(response)
    assert {"type", "title", "status", "detail"} <= set(problem)
    assert response.status_code == problem["status"]
    found = (response.status_code, problem.get("pointer"))
    assert found == (status, pointer), problem
    return True
