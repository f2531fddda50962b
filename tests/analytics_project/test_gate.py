"""Which requests need a key, and what is said to those that have none."""

import json
from typing import Any

import pytest
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver
from pytest_django import Settings

from analytics_project import gate
from analytics_project.edge import API
from analytics_project.keys import access, store
from tests.analytics_project.keys_made import (
    bearer,
    ended,
    id_of,
    made,
    required,  # noqa: F401 (a fixture)
)
from tests.analytics_project.test_openapi import routes

ADDRESS = {"commands": "/api/orders", "queries": "/api/analytics/sync-status"}
OTHER = {"commands": "queries", "queries": "commands"}


@pytest.fixture(params=["commands", "queries"])
def role(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.ROLE = request.param
    settings.ROOT_URLCONF = f"analytics_project.urls_{request.param}"
    return str(request.param)


def ask(role: str, headers: dict[str, str] | None = None) -> Any:
    return Client(raise_request_exception=False).get(ADDRESS[role], headers=headers)


def is_refused(response: HttpResponse, status: int, error: str = "") -> bool:
    problem = json.loads(response.content)
    challenge = response["WWW-Authenticate"]
    return (
        response["Content-Type"] == "application/problem+json"
        and response.status_code == problem["status"] == status
        and challenge.startswith('Bearer realm="commerce-analytics"')
        and (f'error="{error}"' in challenge if error else "error" not in challenge)
    )


def is_let_in(response: HttpResponse) -> bool:
    return response.status_code in (200, 405)  # orders are not listed


def test_without_a_key_is_401(role: str) -> None:
    assert is_refused(ask(role), 401)


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer x", "Basic YTpi", "x" * 4000])
def test_what_is_no_key_is_401(role: str, sent: str) -> None:
    assert is_refused(ask(role, {"Authorization": sent}), 401, "invalid_token")


@pytest.mark.parametrize("end", ["expired", "revoked"])
def test_a_key_that_is_no_more_is_401(role: str, end: str) -> None:
    key = made(role, expires_at=ended() if end == "expired" else None)
    if end == "revoked":
        store.revoke([id_of(key)])

    assert is_refused(ask(role, bearer(key)), 401, "invalid_token")


def test_a_key_without_the_scope_is_403_and_the_scope_is_named(role: str) -> None:
    refused = ask(role, bearer(made(OTHER[role])))

    assert is_refused(refused, 403, "insufficient_scope")
    assert f'scope="{role}"' in refused["WWW-Authenticate"]


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER "])
def test_a_key_with_the_scope_is_let_in(role: str, scheme: str) -> None:
    for scope in role, "admin":
        assert is_let_in(ask(role, {"Authorization": f"{scheme} {made(scope)}"}))


def test_every_address_of_an_api_needs_a_key_but_these(role: str) -> None:
    client = Client(raise_request_exception=False)
    answered = set()
    for route in routes(get_resolver().url_patterns):
        path = route.replace("<bigint:order_id>", "1").replace("<path:", "<")
        if route.startswith(API):
            for method in "GET", "POST", "PATCH", "HEAD", "OPTIONS", "DELETE":
                response = client.generic(method, path)
                if response.status_code != 401:
                    answered.add(path)

    assert answered == gate.OPEN


def test_an_unknown_address_is_not_told_of_without_a_key(role: str) -> None:
    client = Client(raise_request_exception=False)

    assert client.get("/api/nowhere").status_code == 401
    known = client.get("/api/nowhere", headers=bearer(made(role)))
    assert known.status_code == 404


def test_nothing_is_looked_at_where_keys_are_not_required(
    role: str, settings: Settings
) -> None:
    settings.API_KEYS_REQUIRED = False

    assert is_let_in(ask(role))
    assert is_let_in(ask(role, {"Authorization": "Bearer x"}))


def test_a_database_that_is_down_lets_nobody_in(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = made(role)

    def down(_key_id: str) -> None:
        raise OperationalError

    monkeypatch.setattr(access, "asked", down)
    refused = ask(role, bearer(key))

    assert refused.status_code == 503
    assert refused["Content-Type"] == "application/problem+json"
