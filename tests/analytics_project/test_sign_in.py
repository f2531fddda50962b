"""The dashboard's door: a key opens a session that is as good as the key."""

from contextlib import closing
from http.cookies import Morsel
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from pytest_django import Settings

from analytics_project import session
from analytics_project.keys import access, store
from tests.analytics_project.keys_made import (
    bearer,
    id_of,
    made,
    required,  # noqa: F401 (a fixture)
)

HTML = {"Accept": "text/html"}


@pytest.fixture(autouse=True)
def _role(settings: Settings) -> None:
    settings.ROLE = "queries"
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    files = settings.MIDDLEWARE.index("whitenoise.middleware.WhiteNoiseMiddleware")
    edge = settings.MIDDLEWARE[: files + 1]
    settings.MIDDLEWARE = [*edge, "analytics_project.door.door"]


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def sign_in(client: Client, key: str, *, next: str = "", **headers: str) -> Any:
    query = {"next": next} if next else None
    return client.post("/sign-in", {"key": key}, query_params=query, headers=headers)


def cookie(client: Client) -> "Morsel[str]":
    return client.cookies[session.COOKIE]


@pytest.mark.parametrize("page", ["/", "/products?range=7d", "/nowhere", "/zones"])
def test_a_browser_without_a_session_is_led_to_the_sign_in_page(
    client: Client, page: str
) -> None:
    led = client.get(page, headers=HTML)

    assert led.status_code == 303
    assert led["Location"].startswith("/sign-in?next=%2F")
    shown = client.get(led["Location"])
    assert (shown.status_code, b'type="password"' in shown.content) == (200, True)


def test_after_signing_in_the_page_that_was_asked_for_is_shown(client: Client) -> None:
    led = client.get("/products?measure=units", headers=HTML)

    entered = client.post(led["Location"], {"key": made("queries")})

    assert entered.status_code == 303
    assert entered["Location"] == "/products?measure=units"
    assert client.get(entered["Location"]).status_code == 200


def test_a_session_reads_the_api_as_well_since_the_pages_link_to_it(
    client: Client,
) -> None:
    assert client.get("/api/analytics/sync-status").status_code == 401

    sign_in(client, made("queries"))

    assert client.get("/api/analytics/sync-status").status_code == 200


def test_a_session_is_worth_nothing_on_the_command_role(
    client: Client, settings: Settings
) -> None:
    sign_in(client, made("admin"))

    settings.ROLE, settings.ROOT_URLCONF = "commands", "analytics_project.urls_commands"
    assert client.post("/api/orders").status_code == 401


@pytest.mark.parametrize("production", [False, True])
def test_no_script_and_no_other_site_gets_at_the_session(
    client: Client, settings: Settings, *, production: bool
) -> None:
    settings.PRODUCTION = production
    key = made("queries")
    sign_in(client, key)

    kept = cookie(client)
    assert (kept["httponly"], kept["samesite"]) == (True, "Strict")
    assert bool(kept["secure"]) is production
    assert key.rpartition("_")[2] not in kept.value


@pytest.mark.parametrize("forged", ["", "x", "{id}", "{id}:1vK:abc", "{other}"])
def test_a_forged_session_opens_nothing(client: Client, forged: str) -> None:
    key_id = id_of(made("queries"))
    other = signing.TimestampSigner(salt="another").sign(key_id)
    client.cookies[session.COOKIE] = forged.format(id=key_id, other=other)

    assert client.get("/", headers=HTML).status_code == 303


def test_a_session_ends_after_its_time(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, made("queries"))
    assert client.get("/", headers=HTML).status_code == 200

    monkeypatch.setattr(session, "LASTS_S", -1)
    assert client.get("/", headers=HTML).status_code == 303


def test_a_session_ends_with_its_key(client: Client) -> None:
    key = made("queries")
    sign_in(client, key)

    store.revoke([id_of(key)])
    access.forget()

    assert client.get("/", headers=HTML).status_code == 303


def test_signing_out_ends_the_session(client: Client) -> None:
    sign_in(client, made("queries"))
    assert b"Sign out" in client.get("/sign-in").content

    client.post("/sign-in", {"leave": "yes"})

    assert client.get("/", headers=HTML).status_code == 303


def test_a_key_that_is_not_valid_gets_no_session(client: Client) -> None:
    refused = sign_in(client, "ca_live_no")

    assert refused.status_code == 401
    assert refused["Content-Type"].startswith("text/html")
    assert b"not valid" in refused.content
    assert session.COOKIE not in client.cookies


def test_a_key_that_may_only_order_gets_no_session(client: Client) -> None:
    refused = sign_in(client, made("commands"))

    assert refused.status_code == 403
    assert session.COOKIE not in client.cookies


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", r"/\evil", "javascript:x"]
)
def test_nobody_is_sent_to_another_house(client: Client, elsewhere: str) -> None:
    assert sign_in(client, made("queries"), next=elsewhere)["Location"] == "/"


def test_another_site_signs_nobody_in_or_out(client: Client) -> None:
    key = made("queries")
    other = {"Sec-Fetch-Site": "cross-site"}

    assert sign_in(client, key, **other).status_code == 403
    assert session.COOKIE not in client.cookies
    sign_in(client, key)
    client.post("/sign-in", {"leave": "yes"}, headers=other)
    assert client.get("/", headers=HTML).status_code == 200


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in_page(
    client: Client,
) -> None:
    asked = {"HX-Request": "true", "HX-Current-URL": "http://testserver/products?a=b"}
    led = client.get("/state", headers=asked)

    assert led.status_code == 401
    assert led["HX-Redirect"] == "/sign-in?next=%2Fproducts%3Fa%3Db"


def test_a_program_shows_its_key_and_is_not_led_anywhere(client: Client) -> None:
    assert client.get("/", headers=bearer(made("queries"))).status_code == 200
    assert client.get("/", headers=bearer("x")).status_code == 401
    assert client.get("/").status_code == 401


def test_what_the_sign_in_page_is_made_of_needs_no_key(
    client: Client, settings: Settings
) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    with closing(client.get("/static/dashboard/dashboard.css")) as file:
        assert file.status_code == 200


def test_there_is_nothing_to_sign_in_to_where_keys_are_not_required(
    client: Client, settings: Settings
) -> None:
    settings.API_KEYS_REQUIRED = False

    assert client.get("/sign-in")["Location"] == "/"
    assert client.get("/", headers=HTML).status_code == 200
