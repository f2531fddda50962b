"""The web roles listen on the address of BIND_HOST."""

import pytest
from pytest_django import Settings

from analytics_project.management.commands.run_web import gunicorn_arguments


@pytest.mark.parametrize(
    ("host", "bind"),
    [("0.0.0.0", "0.0.0.0:8080"), ("::1", "[::1]:8080"), ("[::]", "[::]:8080")],
)
def test_an_ipv6_address_is_bracketed(host: str, bind: str, settings: Settings) -> None:
    settings.BIND_HOST, settings.COMMAND_SERVICE_PORT = host, 8080

    assert f"--bind={bind}" in gunicorn_arguments("commands")
