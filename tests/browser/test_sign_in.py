"""Signing in with a key, in a real browser, and being led back when the key ends."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from devstack.folder import ROOT
from devstack.roles import manage
from tests.analytics_project.keys_made import OWN_SECRET
from tests.analytics_project.web import Web
from tests.browser.conftest import PageMaker

pytestmark = pytest.mark.processes
REFUSED = ("401", "is not valid")  # what is provoked here


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    directory: Path = tmp_path_factory.mktemp("sign-in")
    web = Web(directory, API_KEYS_REQUIRED="true", SECRET_KEY=OWN_SECRET)
    try:
        web.start()
        yield web
    finally:
        web.stop()


@pytest.fixture(scope="module")
def home(web: Web) -> str:
    return f"http://127.0.0.1:{web.ports['queries']}"


def api_keys(web: Web, *arguments: str) -> str:
    command = manage("api_keys", *arguments)
    done = subprocess.run(
        command, env=web.environment, cwd=ROOT, capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def sign_in(page: Page, key: str) -> None:
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()


def test_a_key_opens_the_page_that_was_asked_for_until_it_is_revoked(
    web: Web, new_page: PageMaker
) -> None:
    page = new_page(expected=REFUSED)
    page.goto("/products?measure=units")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    sign_in(page, "ca_live_nothing")
    expect(page.get_by_role("alert").filter(has_text="not valid")).to_be_visible()

    key = api_keys(web, "create", "--name", "ann", "--scope", "queries")
    sign_in(page, key)
    expect(page).to_have_url(re.compile(r"/products\?measure=units$"))
    with page.expect_response(lambda response: "/state" in response.url) as live:
        pass
    assert live.value.status == 200, "the page stays live"
    assert page.evaluate("document.cookie") == "", "no script sees the session"

    api_keys(web, "revoke", key.split("_")[2])
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fproducts%3Fmeasure"))


def test_signing_out_leads_back_to_the_form(web: Web, new_page: PageMaker) -> None:
    page = new_page()
    page.goto("/sign-in")
    sign_in(page, api_keys(web, "create", "--name", "bob", "--scope", "queries"))
    expect(page.get_by_role("heading", name="Sign in")).to_have_count(0)

    page.goto("/sign-in")
    page.get_by_role("button", name="Sign out").click()

    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
