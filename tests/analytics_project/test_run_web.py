"""The web roles on the real server: bodies, framing, static files, a database gone."""

import json
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import pytest

from tests.analytics_project.large_file import a_client_goes_away
from tests.analytics_project.scraping import process_that_serves, requests, scraped
from tests.analytics_project.web import MAX_BODY, Web, chunked, eventually

pytestmark = pytest.mark.processes
JSON = b"Content-Type: application/json\r\n"
CHUNKED = "Transfer-Encoding: chunked\r\n"
PRODUCT = b'{"name":"Mouse","category":"Home/Garden","price":29.99,"stock":100}'
SALES = "/api/analytics/products/1/sales"


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    web = Web(tmp_path_factory.mktemp("web"))
    try:
        web.start()
        yield web
    finally:
        web.stop()


def padded(size: int) -> bytes:
    return PRODUCT + b" " * (size - len(PRODUCT))


@pytest.mark.parametrize("size", [len(PRODUCT), MAX_BODY])
def test_a_chunked_body_is_read_like_any_other(web: Web, size: int) -> None:
    reply = web.post("/api/products", CHUNKED, chunked(padded(size)))

    assert reply.status == 201
    assert "event-id:" in reply.head.lower()


@pytest.mark.parametrize("size", [MAX_BODY + 1, 100 * MAX_BODY])
def test_a_body_that_is_too_large_is_413_however_it_is_sent(
    web: Web, size: int
) -> None:
    whole = web.post("/api/products", f"Content-Length: {size}\r\n", padded(size))
    pieces = web.post("/api/products", CHUNKED, chunked(padded(size)))

    assert (whole.status, pieces.status) == (413, 413)
    assert whole.is_problem
    assert pieces.is_problem


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GARBAGE\r\n", 400),
        (f"GET /{'a' * 5000} HTTP/1.1\r\nHost: localhost\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: localhost\r\n" + "a: b\r\n" * 60, 431),
        ("POST /api/products HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n", 400),
        ("GET /api/analytics/sync-status HTTP/1.1\r\nHost: evil\r\n", 400),
    ],
)
def test_what_is_no_proper_request_is_told_so_in_a_problem(
    web: Web, head: str, status: int
) -> None:
    reply = web.raw("queries", head)

    assert (reply.status, reply.is_problem) == (status, True)
    assert json.loads(reply.body)["status"] == status


def test_requests_that_are_never_finished_end_and_make_room(web: Web) -> None:
    """More than there are threads; red is a timeout."""
    begin = b"GET /health HTTP/1.1\r\nHost: localhost\r\n"
    with ExitStack() as at_the_end:
        links = [at_the_end.enter_context(web.stalled("queries", begin))
                 for _ in range(12)]  # fmt: skip
        assert {link.recv(1) for link in links} == {b""}

    assert web.get("queries", "/health").status == 200
    assert "Traceback" not in web.log("queries")


def test_a_body_that_never_comes_is_told_so(web: Web) -> None:
    head = b"POST /api/products HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n"
    with web.stalled("commands", head + JSON + b"\r\n{") as link:
        assert link.recv(100).startswith(b"HTTP/1.1 400 Bad Request")

    assert "Traceback" not in web.log("commands")


@pytest.mark.parametrize("slash", ["/", "%2F", "%2f"])
def test_a_category_with_a_slash_reaches_its_figure(web: Web, slash: str) -> None:
    reply = web.get("queries", f"/api/analytics/categories/Home{slash}Garden/revenue")

    assert json.loads(reply.body)["category"] == "Home/Garden"


def test_nul_in_a_category_is_a_problem(web: Web) -> None:
    reply = web.get("queries", "/api/analytics/categories/a%00b/revenue")

    assert (reply.status, reply.is_problem) == (400, True)


def test_head_sends_a_length_and_no_content(web: Web) -> None:
    reply = web.get("queries", SALES, method="HEAD")

    assert (reply.status, reply.body) == (200, b"")
    assert "content-length: 72" in reply.head.lower()
    assert "chunked" not in reply.head.lower()


def test_a_client_that_goes_away_ends_its_file(web: Web) -> None:
    a_client_goes_away(web)


@pytest.mark.parametrize("role", ["commands", "queries"])
def test_the_documents_page_and_all_that_it_loads_come_from_here(
    web: Web, role: str
) -> None:
    page = web.get(role, "/api/docs").body.decode()

    files = re.findall(r'(?:href|src|data-schema)="([^"]+)"', page)
    assert len(files) == 5
    assert [web.get(role, file).status for file in files] == [200] * 5


def test_the_admin_has_its_styles_and_the_query_role_has_no_admin(web: Web) -> None:
    assert web.get("commands", "/static/admin/css/base.css").status == 200
    assert web.get("commands", "/admin/login/").status == 200
    assert web.get("queries", "/admin/login/").is_problem


def test_the_metrics_of_all_processes_of_a_role_are_one_sum(web: Web) -> None:
    """With more requests than there are processes, and one of them gone."""
    route = "/api/analytics/sync-status"
    before = requests(web, "queries", route)
    for _ in range(16):
        web.get("queries", route)

    assert requests(web, "queries", route) == before + 16
    os.kill(process_that_serves(web, "queries"), signal.SIGKILL)
    eventually(lambda: requests(web, "queries", route) == before + 16, "taken over")


def test_metrics_are_on_no_port_that_others_reach(web: Web) -> None:
    assert [web.get(role, "/metrics").status for role in web.ports] == [404, 404]


def test_a_database_that_is_down_is_503_at_once_and_back_without_a_restart(
    web: Web,
) -> None:
    roles = {"commands": "/health/ready", "queries": SALES}
    for role, target in roles.items():
        for _ in range(8):  # so that most threads hold a connection
            assert web.get(role, target).status == 200

    web.postgres.kill()
    for role, target in roles.items():
        for _ in range(8):
            started = time.monotonic()
            reply = web.get(role, target)
            assert (reply.status, reply.is_problem) == (503, True)
            assert "retry-after: 1" in reply.head.lower()
            assert time.monotonic() - started < 2.5
        assert web.get(role, "/health").status == 200
        assert scraped(web, role)["analytics_database_up"] == 0
    refused = web.post("/api/products", CHUNKED, chunked(PRODUCT))
    assert (refused.status, refused.is_problem) == (503, True)

    web.postgres.start()
    for role, target in roles.items():
        eventually(partial(web.answers, role, target), f"{role} is back")
        assert {web.get(role, target).status for _ in range(16)} == {200}
        assert scraped(web, role)["analytics_database_up"] == 1


def test_a_restart_of_the_database_is_not_seen_by_who_asks_after_it(web: Web) -> None:
    for _ in range(16):
        assert web.get("queries", SALES).status == 200

    web.postgres.restart(immediate=True)

    assert {web.get("queries", SALES).status for _ in range(16)} == {200}
    assert web.post("/api/products", CHUNKED, chunked(PRODUCT)).status == 201
