"""What a database URL asks for is done."""

import pytest

from analytics_project.settings import database


def test_tls_that_a_url_demands_is_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    url = "postgres://user:secret@db.example/shop?sslmode=verify-full"
    monkeypatch.setenv("SOME_URL", url)

    options = database("SOME_URL")["OPTIONS"]

    assert options["sslmode"] == "verify-full"
    assert options["server_side_binding"] is True


def test_a_url_may_override_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_URL", "postgres://u:p@db.example/shop?connect_timeout=9")

    assert int(database("SOME_URL")["OPTIONS"]["connect_timeout"]) == 9
