"""Whom the edge answers, and how answers are framed."""

from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from analytics_project.bodies import with_length


@pytest.fixture(params=["commands", "queries"])
def client(request: pytest.FixtureRequest, settings: Settings) -> Client:
    settings.ROOT_URLCONF = f"analytics_project.urls_{request.param}"
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("address", ["/api/a%00b", "/health?x=%00", "/admin/?q=%00"])
def test_nul_goes_no_further_than_the_edge(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "localhost:99:1"])
def test_a_host_that_is_not_ours_is_not_answered(client: Client, host: str) -> None:
    response = client.get("/health", headers={"Host": host})

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/health", "/api/docs", "/no/such/address"])
def test_head_is_get_without_the_content(client: Client, address: str) -> None:
    head, get = client.head(address), client.get(address)

    assert head.content == b""
    assert head.status_code == get.status_code
    assert head["Content-Length"] == get["Content-Length"] == str(len(get.content))


@pytest.mark.parametrize(("sent", "read"), [(0, 0), (10, 10), (11, 11), (99, 11)])
def test_of_a_chunked_body_no_more_is_read_than_shows_its_size(
    sent: int, read: int
) -> None:
    environ: dict[str, Any] = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        "wsgi.input": BytesIO(b"x" * sent),
    }
    seen: dict[str, Any] = {}

    def application(environ: dict[str, Any], _start: object) -> list[bytes]:
        seen.update(environ)
        return []

    with_length(application, limit=10)(environ, None)

    assert seen["CONTENT_LENGTH"] == str(read)
    assert seen["wsgi.input"].read() == b"x" * read
    assert "HTTP_TRANSFER_ENCODING" not in seen
