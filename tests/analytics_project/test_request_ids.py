"""Every answer names its request, and so do its problem and its log line."""

import json
import logging

import pytest
from django.test import Client
from pytest_django import Settings

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    return Client(raise_request_exception=False)


def test_a_sane_id_is_kept(client: Client) -> None:
    sent = "7f3c2b9e-0a1b.shop_1"

    assert client.get("/health", headers={"X-Request-Id": sent})["X-Request-Id"] == sent


@pytest.mark.parametrize(
    "sent", ["", "a b", "who@example.com", "x" * 101, "a\u0301", "x\n", "{}", "%0a"]
)
def test_any_other_is_replaced_by_one_of_ours(client: Client, sent: str) -> None:
    answers = [
        client.get("/health", headers={"X-Request-Id": sent})["X-Request-Id"]
        for _ in range(2)
    ]

    assert len({*answers, sent}) == 3
    assert all(len(answer) == 16 for answer in answers)


@pytest.mark.parametrize(
    "address", ["/no/such", "/api/nothing", "/api/a%00b", "/health?x=%00"]
)
def test_a_problem_tells_the_id(client: Client, address: str) -> None:
    response = client.get(address)

    assert json.loads(response.content)["requestId"] == response["X-Request-Id"]


def test_a_line_a_request_tells_the_route_and_not_the_address(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "work"):
        response = client.get(
            "/api/analytics/customers/4711/lifetime-value?secret=4711",
            headers={"traceparent": TRACE, "Authorization": "Bearer 4711"},
        )

    [line] = [each for each in caplog.records if each.name == "work.request"]
    told = vars(line)
    assert told["route"] == "api/analytics/customers/<str:customer_id>/lifetime-value"
    assert (told["method"], told["status"]) == ("GET", response.status_code)
    assert "4711" not in repr({**told, "request": ""})


def test_without_the_setting_there_is_no_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.get("/health")

    assert [each for each in caplog.records if each.name == "work.request"] == []
