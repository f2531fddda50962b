"""Tests of where the web roles are asked."""

import pytest

from devstack.roles import web_host


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::1", "[::1]"),
        ("::", "[::1]"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_a_role_is_asked_where_it_listens(bound: str, asked: str) -> None:
    assert web_host({"BIND_HOST": bound}) == asked
