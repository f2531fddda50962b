"""Tests of what the stack tells another terminal."""

from pathlib import Path

from devstack import dotenv
from devstack.stack import URLS, Stack

SERVERS = dict.fromkeys(URLS, "scheme://elsewhere") | {"SECRET_KEY": "x"}
WEB = {
    "COMMAND_SERVICE_PORT": "9080",
    "QUERY_SERVICE_PORT": "9081",
    "BIND_HOST": "::1",
}


def told(directory: Path, given: dict[str, str]) -> dict[str, str]:
    Stack(directory, given=given, cache=directory).start()
    return dotenv.read(directory / "environment")


def test_the_ports_and_the_address_of_the_web_roles_are_told(tmp_path: Path) -> None:
    assert told(tmp_path, {**SERVERS, **WEB, "HOME": "/"}) == SERVERS | WEB
    assert told(tmp_path, SERVERS) == SERVERS
