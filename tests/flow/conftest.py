"""A system of one's own for a test that breaks it, one a module for all others."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chaos.servers import Servers
from chaos.system import System

# Half of the usual ones, each with twice as many threads: they start sooner.
FEW_PROCESSES = {"WEB_WORKERS": "2", "WEB_THREADS": "4"}


@pytest.fixture
def system(servers: Servers, tmp_path: Path) -> Iterator[System]:
    system = System(servers, tmp_path, **FEW_PROCESSES)
    try:
        yield system
    finally:
        system.stop(grace=0)  # nothing of it is needed any more
        servers.mend()


@pytest.fixture(scope="module")
def running(
    servers: Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[System]:
    """With the usual roles."""
    system = System(servers, tmp_path_factory.mktemp("running"), **FEW_PROCESSES)
    try:
        system.start()
        yield system
    finally:
        system.stop(grace=0)
