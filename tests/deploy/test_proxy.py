"""nginx in front of a stand-in that tells what has reached it."""

import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from analytics_project.settings import MAX_BODY_BYTES
from tests.deploy.proxied import Proxy, begin, reply

FIELDS = "Content-Type: application/json\r\n"


class StandIn(ThreadingHTTPServer):
    daemon_threads = True
    seen = 0  # requests that have arrived, whole or not


class Teller(BaseHTTPRequestHandler):
    """Answers the head and the length of what it was asked."""

    server: StandIn

    def do_POST(self) -> None:
        self.server.seen += 1
        length = int(self.headers.get("Content-Length", 0))
        told = {"path": self.path, "body": len(self.rfile.read(length))}
        content = json.dumps({**told, "head": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.do_POST()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def stand_in() -> Iterator[StandIn]:
    with StandIn(("127.0.0.1", 0), Teller) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def proxy(
    stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Proxy]:
    port = stand_in.server_port
    proxy = Proxy(tmp_path_factory.mktemp("nginx"), {"commands": port, "queries": port})
    try:
        proxy.start()
        yield proxy
    finally:
        proxy.stop()


def test_what_a_client_says_of_itself_is_replaced(proxy: Proxy) -> None:
    lies = "X-Forwarded-Proto: http\r\nX-Forwarded-For: 8.8.8.8\r\n"
    lies += "X-Forwarded-Host: evil\r\nForwarded: for=8.8.8.8\r\n"

    head = json.loads(proxy.ask("commands", "/api/x", head=lies).body)["head"]

    assert head["X-Forwarded-Proto"] == "https"
    assert head["X-Forwarded-For"] == "127.0.0.1"
    assert head["Host"] == "commands.shop.example"
    assert not head.keys() & {"X-Forwarded-Host", "Forwarded"}


def test_a_body_that_comes_slowly_reaches_nobody_before_its_end(
    proxy: Proxy, stand_in: StandIn
) -> None:
    before = stand_in.seen
    head = begin(
        "commands", "/api/orders", method="POST", head=f"{FIELDS}Content-Length: 9\r\n"
    )
    with proxy.dial("commands") as slow:
        slow.sendall(head + b"Connection: close\r\n\r\n" + b"1234")
        assert proxy.ask("commands", "/quick").status == 200
        assert stand_in.seen == before + 1
        slow.sendall(b"56789")
        assert json.loads(reply(slow).body)["body"] == 9


@pytest.mark.parametrize(
    ("target", "method", "head", "status"),
    [
        ("/api/orders", "POST", f"Content-Length: {MAX_BODY_BYTES + 1}\r\n", 413),
        ("/" + "x" * 9000, "GET", "", 414),
        ("/api/orders", "GET", f"X: {'x' * 9000}\r\n", 431),
        ("/api/orders", "TRACE", "", 405),
        ("/api/orders", "GET", "Content-Length: x\r\n", 400),
    ],
)
def test_what_the_proxy_refuses_is_a_problem(
    proxy: Proxy, target: str, method: str, head: str, status: int
) -> None:
    refused = proxy.ask("commands", target, method=method, head=head)

    assert refused.status == status
    assert refused.is_problem
    problem = json.loads(refused.body)
    assert problem["status"] == status
    assert problem["title"] != "Bad Request" or status == 400


def test_a_body_of_the_allowed_length_passes(proxy: Proxy) -> None:
    answer = proxy.ask(
        *("commands", "/api/orders"),
        method="POST",
        head=f"Content-Length: {MAX_BODY_BYTES}\r\n",
        body=bytes(MAX_BODY_BYTES),
    )

    assert json.loads(answer.body)["body"] == MAX_BODY_BYTES


def test_too_many_sign_ins_are_refused_for_a_while(proxy: Proxy) -> None:
    answers = [proxy.ask("analytics", "/sign-in") for _ in range(25)]

    assert answers[0].status == 200
    assert answers[-1].status == 429
    assert answers[-1].is_problem
    assert "retry-after: 1" in answers[-1].head.lower()


def test_over_plain_http_a_page_is_sent_on_and_an_order_refused(proxy: Proxy) -> None:
    page = proxy.ask("analytics", "/products", port="plain")
    order = proxy.ask("commands", "/api/orders", method="POST", port="plain")

    assert page.status == 301
    assert "Location: https://analytics.shop.example/products" in page.head
    assert (order.status, order.is_problem) == (403, True)


def test_a_host_that_nobody_serves_is_not_spoken_to(proxy: Proxy) -> None:
    with pytest.raises(ssl.SSLError, match="unrecognized name"):
        proxy.dial("www")


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """To this one 127.0.0.1 is no operator, and no role is there."""
    proxy = Proxy(tmp_path_factory.mktemp("nginx"), {"commands": 1, "queries": 1})
    try:
        proxy.start(without="allow 127.0.0.0/8;")
        yield proxy
    finally:
        proxy.stop()


def test_a_role_that_is_away_is_a_problem(outside: Proxy) -> None:
    answer = outside.ask("commands", "/api/orders")

    assert (answer.status, answer.is_problem) == (502, True)


@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("commands", "/admin/"),
        ("commands", "/admin/login/"),
        ("commands", "/admin/commands_app/order/1/change/"),
        ("commands", "/health/ready"),
        ("analytics", "/health/ready"),
    ],
)
def test_what_is_for_operators_is_refused_to_all_others(
    outside: Proxy, name: str, target: str
) -> None:
    answer = outside.ask(name, target)

    assert (answer.status, answer.is_problem) == (403, True)
