"""One running system a process, one browser a module, one context a test."""

import os
from collections.abc import Callable, Iterator, Sequence

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from chaos.system import System
from devstack import chromium
from devstack.errors import NotInstalled
from tests.browser import shop
from tests.browser.chromium import Guard, launched, open_page
from tests.browser.servers import GivenServers

PageMaker = Callable[..., Page]


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """All roles, and a shop's half year that has arrived."""
    servers = GivenServers()
    logs = tmp_path_factory.mktemp("logs")
    system = System(servers, logs, WEB_WORKERS="1", WEB_THREADS="4")
    try:
        system.start()
        shop.fill(system)
        system.wait_until_applied()
        yield system
    finally:
        system.stop(grace=0)
        servers.drop(system.name)


@pytest.fixture(scope="session")
def home(system: System) -> str:
    return f"http://127.0.0.1:{system.ports['queries']}"


@pytest.fixture(scope="session")
def program() -> chromium.Browser:
    """Without a browser CI has proven nothing; elsewhere the tests are left out."""
    try:
        return chromium.find_or_fetch()
    except NotInstalled as missing:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(str(missing))


# Of a module: while it lives, its event loop keeps Django from any database.
@pytest.fixture(scope="module")
def browser(program: chromium.Browser) -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def new_page(browser: Browser, home: str) -> Iterator[PageMaker]:
    """Makes pages; in the end nothing but what is `expected` may have gone wrong."""
    guards: list[Guard] = []

    def make(*, expected: Sequence[str] = (), **options: object) -> Page:
        page, guard = open_page(browser, home, **options)
        guard.expected = expected
        guards.append(guard)
        return page

    yield make
    for guard in guards:
        guard.context.close()
    complaints = [each for guard in guards for each in guard.complaints()]
    assert complaints == []


@pytest.fixture
def page(new_page: PageMaker) -> Page:
    return new_page()
