"""TLS to a database: the server is who it says, or there is no connection."""

import os
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler
from pytest_django import Settings

from analytics_project.checks import certificates
from analytics_project.settings import database
from tests.tls import NAME, Authority, Terminator, authority, terminating

__all__ = ["authority"]  # a fixture
pytestmark = pytest.mark.django_db(databases=["default"])

Patch = pytest.MonkeyPatch


@pytest.fixture(scope="module")
def terminator(authority: Authority) -> Iterator[Terminator]:
    yield from terminating(authority, urlsplit(os.environ["DATABASE_URL"]))


def ask(patch: Patch, ca: Path, host: str, port: int) -> None:
    """A question over a connection as the settings make it."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    place = f"{parts.username}:{parts.password}@{host}:{port}/postgres"
    options = f"sslmode=verify-full&sslrootcert={ca}"
    patch.setenv("SOME_URL", f"postgres://{place}?{options}")
    link = ConnectionHandler({"default": database("SOME_URL")})["default"]
    try:
        with link.cursor() as cursor:
            cursor.execute("SELECT 1")
            assert cursor.fetchone() == (1,)
        assert link.connection.pgconn.ssl_in_use
    finally:
        link.close()


def test_a_database_is_asked_through_tls(
    authority: Authority, terminator: Terminator, monkeypatch: Patch
) -> None:
    before = terminator.sessions
    ask(monkeypatch, authority.ca, NAME, terminator.port)

    assert terminator.sessions == before + 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [("CA", "certificate verify failed"), ("host", "does not match host name")],
)
def test_a_database_that_cannot_prove_who_it_is_is_refused(
    authority: Authority,
    terminator: Terminator,
    monkeypatch: Patch,
    wrong: str,
    told: str,
) -> None:
    ca = authority.other if wrong == "CA" else authority.ca
    host = "127.0.0.1" if wrong == "host" else NAME

    with pytest.raises(OperationalError, match=told):
        ask(monkeypatch, ca, host, terminator.port)


def test_a_database_that_speaks_no_tls_is_refused(
    authority: Authority, monkeypatch: Patch
) -> None:
    port = urlsplit(os.environ["DATABASE_URL"]).port or 5432

    with pytest.raises(OperationalError, match="SSL"):
        ask(monkeypatch, authority.ca, "127.0.0.1", port)


def test_a_ca_file_that_cannot_be_used_is_told_before_anything_starts(
    authority: Authority, settings: Settings, monkeypatch: Patch, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    wrong = [str(empty), str(tmp_path / "none.pem")]
    for alias, ca in ("default", str(authority.ca)), ("read", wrong[0]):
        options = settings.DATABASES[alias]["OPTIONS"]
        monkeypatch.setitem(options, "sslrootcert", ca)
    settings.BROKER_URLS = [f"amqps://h/?ca_file={wrong[1]}", "amqps://h/"]

    told = [error.msg for error in certificates()]

    assert len(told) == 2
    assert all(name in line for name, line in zip(wrong, told, strict=True))
