"""Tests of the choice of ports."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.ports import DEFAULTS, PRIVATE_PORTS, choose_ports, free_port, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_that_is_listened_on_is_not_free(taken: int) -> None:
    assert not is_free(taken)


def test_ports_are_free_or_not_on_ipv6_too(taken: int) -> None:
    with socket.create_server(("::1", free_port()), family=socket.AF_INET6) as server:
        assert not is_free(server.getsockname()[1], "::1")
    assert is_free(taken, "::1")


def test_free_ports_lie_below_those_of_outgoing_connections() -> None:
    assert free_port() in PRIVATE_PORTS
    assert max(PRIVATE_PORTS) < 32_768


def test_a_busy_port_moves_and_the_others_stay(tmp_path: Path, taken: int) -> None:
    free = {name: free_port() for name in DEFAULTS}
    memory = tmp_path / "ports.json"
    memory.write_text(json.dumps(free | {"postgres": taken}))

    chosen = choose_ports(memory)

    assert chosen.pop("postgres") != taken
    del free["postgres"]
    assert chosen == free


def test_the_choice_is_remembered(tmp_path: Path) -> None:
    memory = tmp_path / "ports.json"

    assert choose_ports(memory) == choose_ports(memory)
    assert memory.exists()
