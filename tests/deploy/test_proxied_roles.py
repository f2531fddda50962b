"""The whole way in: nginx, both roles as production starts them, a database.

PROXIED_ROLES=1 runs it; it takes a quarter of a minute.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest

from analytics_project.settings import MAX_BODY_BYTES
from tests.analytics_project.test_keys_live import made
from tests.analytics_project.web import Reply, Web
from tests.deploy.proxied import Proxy, begin, reply

pytestmark = [
    pytest.mark.processes,
    pytest.mark.skipif("PROXIED_ROLES" not in os.environ, reason="PROXIED_ROLES=1"),
]
# Fewer threads than there will be slow clients.
PRODUCTION = {
    "PRODUCTION": "true",
    "API_KEYS_REQUIRED": "true",
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz" * 2,
    "ALLOWED_HOSTS": "commands.shop.example,analytics.shop.example,localhost",
    "BROKER_URL": "amqps://relay:k3ep-Out@127.0.0.1:1/%2F",
    "MAX_BODY_BYTES": str(MAX_BODY_BYTES),
    "WEB_WORKERS": "1",
    "WEB_THREADS": "2",
}
PRODUCT = b'{"name": "Mouse", "category": "Things", "price": 9.99, "stock": 5}'
SLOW = 60  # clients at once


class Way(NamedTuple):
    web: Web
    proxy: Proxy
    key: str

    def order(self, body: bytes, length: int | None = None) -> bytes:
        """The head of a product's POST, to which its body belongs."""
        fields = f"Authorization: Bearer {self.key}\r\nConnection: close\r\n"
        fields += "Content-Type: application/json\r\n"
        fields += f"Content-Length: {length or len(body)}\r\n"
        head = begin("commands", "/api/products", method="POST", head=fields)
        return head + b"\r\n"

    def post(self, body: bytes, length: int | None = None) -> Reply:
        with self.proxy.dial("commands") as link:
            link.sendall(self.order(body, length) + body)
            return reply(link)


@pytest.fixture(scope="module")
def way(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    web = Web(tmp_path_factory.mktemp("roles"), **PRODUCTION)
    proxy = Proxy(tmp_path_factory.mktemp("nginx"), web.ports)
    try:
        web.start()
        proxy.start()
        yield Way(web, proxy, made(web, "admin"))
    finally:
        proxy.stop()
        web.stop()


def test_a_request_with_a_key_passes_and_one_without_is_refused_by_the_role(
    way: Way,
) -> None:
    assert way.post(PRODUCT).status == 201
    bearer = f"Authorization: Bearer {way.key}\r\n"
    told = way.proxy.ask("analytics", "/api/analytics/sync-status", head=bearer)
    assert told.status == 200
    refused = way.proxy.ask("analytics", "/api/analytics/sync-status")
    assert (refused.status, refused.is_problem) == (401, True)


def test_the_roles_know_that_it_was_https_whatever_the_client_says(way: Way) -> None:
    lie = "X-Forwarded-Proto: http\r\n"
    page = way.proxy.ask("commands", "/admin/login/", head=lie)
    direct = way.web.get("commands", "/admin/login/")

    assert "strict-transport-security" in page.head.lower()
    assert "strict-transport-security" not in direct.head.lower()


def test_sixty_slow_clients_hold_nobody_up(way: Way) -> None:
    with ExitStack() as open_:
        slow = [open_.enter_context(way.proxy.dial("commands")) for _ in range(SLOW)]
        for link in slow:
            link.sendall(way.order(PRODUCT) + PRODUCT[:20])
        begun = time.monotonic()
        assert [way.post(PRODUCT).status for _ in range(5)] == [201] * 5
        assert time.monotonic() - begun < 3
        for link in slow:
            link.sendall(PRODUCT[20:])
        assert [reply(link).status for link in slow] == [201] * SLOW


def test_an_oversize_body_is_a_problem_and_one_of_the_full_size_reaches_the_role(
    way: Way,
) -> None:
    refused = way.post(b"", length=MAX_BODY_BYTES + 1)
    assert (refused.status, refused.is_problem) == (413, True)

    judged = way.post(b" " * MAX_BODY_BYTES)
    assert (judged.status, judged.is_problem) == (400, True)
    assert json.loads(judged.body)["detail"]
