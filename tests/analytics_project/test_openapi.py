"""The documents are valid, name every address, and tell the truth about answers."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate
from pytest_django import Settings

from analytics_project.edge import API
from analytics_project.openapi.commands import write_api
from analytics_project.openapi.queries import read_api
from analytics_project.openapi.questions import BASE

APIS = {"commands": write_api, "queries": read_api}
UNDESCRIBED = {"/api/openapi.json", "/api/docs"}
QUESTIONS = {
    f"{BASE}/products/{{productId}}/sales": f"{BASE}/products/1/sales",
    f"{BASE}/categories/{{category}}/revenue": f"{BASE}/categories/a/revenue",
    f"{BASE}/customers/{{customerId}}/lifetime-value": (
        f"{BASE}/customers/1/lifetime-value"
    ),
    f"{BASE}/sales/hourly": f"{BASE}/sales/hourly",
    f"{BASE}/sync-status": f"{BASE}/sync-status",
    f"{BASE}/summary": f"{BASE}/summary?compare=previous_year",
    f"{BASE}/sales/timeseries": f"{BASE}/sales/timeseries?compare=previous_period",
    f"{BASE}/products/top": f"{BASE}/products/top?compare=previous_year",
    f"{BASE}/products/{{productId}}": f"{BASE}/products/1?compare=previous_year",
    f"{BASE}/categories/top": f"{BASE}/categories/top?labels=current",
    f"{BASE}/categories/{{category}}/report": f"{BASE}/categories/a/report",
    f"{BASE}/customers/top": f"{BASE}/customers/top?order=average_order_value",
    f"{BASE}/customers/{{customerId}}": f"{BASE}/customers/1",
    f"{BASE}/cohorts": f"{BASE}/cohorts",
    f"{BASE}/explain": f"{BASE}/explain?metric=average_order_value",
    f"{BASE}/restatements": f"{BASE}/restatements",
    f"{BASE}/restatements/days": f"{BASE}/restatements/days",
    "/health": "/health",
    "/health/ready": "/health/ready",
}


@pytest.fixture(params=APIS)
def role(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.ROOT_URLCONF = f"analytics_project.urls_{request.param}"
    return str(request.param)


def routes(patterns: list[Any], prefix: str = "/") -> Iterator[str]:
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield route


def with_names(route: str) -> str:
    """`products/<bigint:product_id>` as OpenAPI writes it: products/{productId}."""
    head, *parts = route.split("<")
    named = [part.split(":", 1)[1].split(">", 1) for part in parts]
    return head + "".join(f"{{{camel(name)}}}{rest}" for name, rest in named)


def camel(name: str) -> str:
    first, *words = name.split("_")
    return first + "".join(map(str.capitalize, words))


def test_a_document_is_valid(role: str) -> None:
    validate(json.loads(json.dumps(APIS[role]())))


def test_a_document_is_served_as_it_is(role: str, client: Client) -> None:
    assert client.get("/api/openapi.json").json() == json.loads(
        json.dumps(APIS[role]())
    )


def test_every_address_is_described_and_nothing_else(role: str) -> None:
    served = {
        with_names(route)
        for route in routes(get_resolver().url_patterns)
        if route.startswith(API)  # others are pages, for people
    }

    assert served - UNDESCRIBED == APIS[role]()["paths"].keys()


@pytest.mark.parametrize("path", QUESTIONS)
def test_an_answer_has_the_form_that_is_described(
    path: str, settings: Settings, client: Client
) -> None:
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    api = json.loads(json.dumps(read_api()))
    answer = api["paths"][path]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]

    OAS31Validator({**schema, "components": api["components"]}).validate(
        client.get(QUESTIONS[path]).json()
    )


def test_every_operation_but_health_needs_a_key_of_the_role_s_scope(
    role: str, settings: Settings
) -> None:
    settings.API_KEYS_REQUIRED = True
    api = APIS[role]()
    open_ = {
        path
        for path, methods in api["paths"].items()
        for operation in methods.values()
        if operation.get("security") == []
    }

    assert open_ == {"/health", "/health/ready"}
    assert api["security"] == [{"apiKey": [role]}]
    assert api["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"
    asking = api["paths"][f"{BASE}/summary" if role == "queries" else "/api/orders"]
    for operation in asking.values():
        assert {"401", "403"} <= operation["responses"].keys()


def test_a_key_is_described_as_optional_where_none_is_required(role: str) -> None:
    assert {} in APIS[role]()["security"]


def test_money_is_described_as_a_number(role: str) -> None:
    assert '"format": "decimal"' not in json.dumps(APIS[role]())


def test_the_page_to_read_it_with_asks_no_other_host(role: str, client: Client) -> None:
    page = client.get("/api/docs").text

    assert "swagger-ui-bundle.js" in page
    assert "//" not in page.replace("<!doctype", "")
