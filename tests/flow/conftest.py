"""Servers of the flow tests: started once, a fresh system for every test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.servers import Servers
from chaos.system import System


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    servers = Servers(tmp_path_factory.mktemp("servers"))
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


@pytest.fixture
def system(servers: Servers, tmp_path: Path) -> Iterator[System]:
    system = System(servers, tmp_path)
    try:
        yield system
    finally:
        system.stop()
        servers.mend()
