"""Gives every room of tests the databases of its room, and a broker of its own."""

import os
import urllib.request
import uuid
from base64 import b64encode
from collections.abc import Generator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from chaos.servers import Servers

TESTS = Path(__file__).parent
# Each client of Django's would look at every static file first. Whole processes do.
settings.WHITENOISE_USE_FINDERS = False
DATABASES = {
    "commands_app": ["default"],
    "projections_app": ["read"],
    "queries_app": ["read"],
    "analytics_project": ["default", "read"],
}


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(
    items: list[pytest.Item],
) -> Generator[None, None, None]:
    for item in items:
        room = item.path.relative_to(TESTS).parts[0]
        marked = any(mark.name == "django_db" for mark in item.iter_markers())
        if room in DATABASES and not marked:
            item.add_marker(pytest.mark.django_db(databases=DATABASES[room]))
    yield
    # Long files first: at the end no process waits for another one's.
    long = {item.path for item in items if is_long(item)}
    items.sort(key=lambda item: item.path not in long)


def is_long(item: pytest.Item) -> bool:
    return any(mark.name in ("processes", "timeout") for mark in item.iter_markers())


class Broker:
    """A RabbitMQ vhost of one's own, and its management API."""

    def __init__(self, amqp_url: str, management_url: str) -> None:
        self._management = urlsplit(management_url)
        self.vhost = f"test-{uuid.uuid4().hex[:12]}"
        self.url = amqp_url.rsplit("/", 1)[0] + f"/{self.vhost}"

    def call(self, method: str, path: str, body: bytes = b"") -> bytes:
        """One call of the management API; `path` starts behind /api/."""
        parts = self._management
        login = b64encode(f"{parts.username}:{parts.password}".encode()).decode()
        request = urllib.request.Request(
            f"{parts.scheme}://{parts.hostname}:{parts.port}/api/{path}",
            method=method,
            data=body or None,
            headers={
                "Authorization": f"Basic {login}",
                "Content-Type": "application/json",
            },
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return bytes(answer.read())


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A fresh, empty vhost; gone after the test."""
    fresh = Broker(os.environ["BROKER_URL"], os.environ["BROKER_MANAGEMENT_URL"])
    fresh.call("PUT", f"vhosts/{fresh.vhost}")
    yield fresh
    fresh.call("DELETE", f"vhosts/{fresh.vhost}")


@pytest.fixture
def broker_url(broker: Broker) -> str:
    return broker.url


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    """Servers that a test may stop and crash; each system on them has its own part."""
    servers = Servers(tmp_path_factory.mktemp("with space"))
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()
