"""Every fault is told as a problem, and never as a page or with internals."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.analytics_project.faulty_urls import SECRET


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "tests.analytics_project.faulty_urls"
    settings.MAX_BODY_BYTES = settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    return Client(raise_request_exception=False)


def problem(response: Any) -> dict[str, Any]:
    assert response["Content-Type"] == "application/problem+json"
    members = json.loads(response.content)
    assert {"type", "title", "status", "detail"} <= members.keys()
    assert members["status"] == response.status_code
    assert SECRET not in response.text
    return dict(members)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/rejected", 409),
        ("/missing", 404),
        ("/no/such/address", 404),
        ("/forbidden", 403),
        ("/suspicious", 400),
        ("/bad", 400),
        ("/database-down", 503),
        ("/connection-lost", 503),
        ("/table", 503),
        ("/bug", 500),
        ("/admin/bug", 500),
        ("/framework/parse", 400),
        ("/framework/rejected", 409),
        ("/framework/bug", 500),
    ],
)
@pytest.mark.parametrize("debug", [False, True])
def test_a_fault_is_a_problem_without_internals(
    client: Client, settings: Settings, address: str, status: int, *, debug: bool
) -> None:
    settings.DEBUG = debug

    assert problem(client.get(address))["status"] == status


def test_a_rooms_error_is_told_with_its_members(client: Client) -> None:
    members = problem(client.get("/rejected"))

    assert members["detail"] == "There is not enough stock of this product."
    assert (members["title"], members["pointer"]) == ("Conflict", "/items/0")
    assert members["available"] == 1


@pytest.mark.parametrize("address", ["/database-down", "/connection-lost", "/table"])
def test_a_database_that_is_down_is_to_be_tried_again(
    client: Client, address: str
) -> None:
    assert client.get(address)["Retry-After"] == "1"


@pytest.mark.parametrize("address", ["/table", "/framework/parse"])
def test_a_method_that_is_not_known_is_told_which_are(
    client: Client, address: str
) -> None:
    response = client.delete(address)

    assert problem(response)["status"] == 405
    assert "GET" in response["Allow"]


def test_a_body_that_is_too_large_is_413(client: Client) -> None:
    def send(size: int) -> Any:
        return client.post("/echo", b"x" * size, content_type="text/plain")

    assert send(10).content == b"x" * 10
    assert problem(send(11))["status"] == 413


def test_a_bug_is_logged_with_its_traceback(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/bug")

    record = next(r for r in caplog.records if r.message == "request failed")
    assert record.exc_info
    assert isinstance(record.exc_info[1], KeyError)


def test_the_admin_keeps_its_pages(client: Client) -> None:
    response = client.get("/site/bug")

    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    "address", ["/health", "/health/ready", "/api/docs", "/api/openapi.json"]
)
def test_a_post_where_nothing_can_be_posted_is_405_and_asks_for_no_token(
    settings: Settings, address: str
) -> None:
    settings.ROOT_URLCONF = "analytics_project.urls_commands"

    response = Client(enforce_csrf_checks=True).post(address)

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
