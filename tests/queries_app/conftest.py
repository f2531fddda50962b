"""A client of the read API: a path in, an answer out."""

import pytest
from django.test import Client
from pytest_django import Settings

from queries_app import trust
from tests.queries_app.api import Answer, Ask


@pytest.fixture
def ask(settings: Settings) -> Ask:
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    client = Client(raise_request_exception=False)

    def ask(path: str, *, method: str = "GET", **query: str) -> Answer:
        response = client.generic(
            method, f"/api/analytics/{path}", query_params=query or None
        )
        return Answer(response.status_code, response.headers, response.text)

    return ask


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one test's database said of itself is nothing to the next one."""
    monkeypatch.setattr(trust, "_kept", trust.NOTHING)
