"""The real web roles, for all tests of a module."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from chaos.system import System
from tests.hostile.servers import CopiedServers


@pytest.fixture(scope="module")
def web(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[System]:
    """Two processes of two threads a role; a few products and orders are there."""
    servers = CopiedServers()
    with django_db_blocker.unblock():
        system = System(
            servers,  # type: ignore[arg-type]  # of the same shape
            tmp_path_factory.mktemp("web"),
            WEB_WORKERS="2",
            WEB_THREADS="2",
        )
    try:
        system.start("commands", "queries")
        products = system.make_products(3)
        assert system.make_order(*products).status == 201
        yield system
    finally:
        system.stop(grace=0)
        servers.drop(system.name)
