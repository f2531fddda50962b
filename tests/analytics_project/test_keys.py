"""Keys: their form, how they are made, replaced and taken back, in both databases."""

import time
from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from analytics_project.keys import access, store, token
from analytics_project.keys.errors import NoSuchKey, NotEverywhere
from analytics_project.models import ApiKey
from tests.analytics_project.keys_made import (
    ended,
    id_of,
    made,
    required,  # noqa: F401 (a fixture)
)


@pytest.fixture(params=["commands", "queries"], autouse=True)
def role(request: pytest.FixtureRequest, settings: Settings) -> str:
    settings.ROLE = request.param
    return str(request.param)


def stored(database: str, key: str) -> ApiKey:
    return ApiKey.objects.using(database).get(pk=id_of(key))


def test_a_key_has_a_prefix_an_id_and_256_random_bits() -> None:
    first, second = token.new(), token.new()

    assert token.SHAPE.fullmatch(first.text)
    assert first.text.startswith(f"ca_live_{first.key_id}_")
    assert len(token.ALPHABET) ** token.SECRET_LENGTH > 2**256
    assert first.text != second.text
    assert not token.is_mistyped(first.text)


def test_one_wrong_letter_is_told_from_a_wrong_key_without_a_question() -> None:
    key = token.new().text
    other = key[:-10] + ("a" if key[-10] != "a" else "b") + key[-9:]

    assert token.is_mistyped(other)


def test_the_key_itself_is_kept_nowhere() -> None:
    key = made("queries")

    for database in store.DATABASES:
        row = stored(database, key)
        assert bytes(row.digest) == token.digest(key)
        secret = key.rpartition("_")[2]
        assert secret not in str(vars(row))


def test_both_databases_know_the_same_key() -> None:
    key = made("queries", "commands")

    write, read = (store.told(stored(name, key)) for name in store.DATABASES)
    assert write == read


def test_a_key_opens_what_its_scopes_say() -> None:
    keys = {scope: access.key_of(made(scope)) for scope in access.SCOPES}

    opened = {scope: set(key.opens) for scope, key in keys.items() if key}
    assert opened == {
        "commands": {"commands"},
        "queries": {"queries"},
        "admin": {"admin", "commands", "queries"},
    }


def test_nothing_but_the_whole_key_is_known() -> None:
    key = made("queries")
    body = f"ca_live_{id_of(key)}_{'a' * token.SECRET_LENGTH}"
    forged = body + token.checksum(body)

    assert access.key_of(key)
    for wrong in "", "x", key[:-1], f"{key}a", key.lower(), forged, id_of(key):
        assert access.key_of(wrong) is None, wrong
    access.forget()
    assert access.key_of(forged) is None


def test_a_key_ends_when_it_says_so_also_while_it_is_kept() -> None:
    assert access.key_of(made("queries", expires_at=ended())) is None
    soon = timezone.now() + timedelta(milliseconds=300)
    key = made("queries", expires_at=soon)
    assert access.key_of(key)

    while timezone.now() < soon:
        pass
    assert access.key_of(key) is None


def test_a_revoked_key_is_refused_as_soon_as_it_is_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = made("queries")
    assert access.key_of(key)

    store.revoke([id_of(key)])

    assert access.key_of(key), "kept for a moment"
    assert access.KEPT_S <= 1, "the documentation promises a second"
    later = time.monotonic() + access.KEPT_S
    monkeypatch.setattr("time.monotonic", lambda: later)
    assert access.key_of(key) is None


def test_a_kept_key_is_not_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    key = made("queries")
    assert access.key_of(key)

    monkeypatch.setattr(access, "asked", lambda _key_id: pytest.fail("asked"))
    assert access.key_of(key)


def test_a_rotated_key_and_its_successor_are_both_good_for_a_while() -> None:
    old = made("queries", "commands")

    new, end = store.rotate(id_of(old), overlap=timedelta(hours=1), expires_at=None)

    first, second = access.key_of(old), access.key_of(new)
    assert first
    assert second
    assert first.opens == second.opens
    assert first.expires == pytest.approx(end.timestamp())
    assert 3590 < first.expires - timezone.now().timestamp() < 3600


def test_rotation_never_makes_an_old_key_last_longer() -> None:
    soon = timezone.now() + timedelta(minutes=1)
    old = made("queries", expires_at=soon)

    _, end = store.rotate(id_of(old), overlap=timedelta(days=1), expires_at=None)

    assert end == soon


@pytest.mark.parametrize("end", ["revoked", "expired", "unknown"])
def test_a_key_that_is_no_more_is_not_rotated(end: str) -> None:
    key = made("queries", expires_at=ended() if end == "expired" else None)
    if end == "revoked":
        store.revoke([id_of(key)])
    key_id = "no" if end == "unknown" else id_of(key)

    with pytest.raises(NoSuchKey):
        store.rotate(key_id, overlap=timedelta(hours=1), expires_at=None)


def test_a_key_is_revoked_where_it_can_be_and_the_rest_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = made("queries")
    real = store.revoke_in

    def failing(database: str, *rest: object) -> None:
        if database == "default":
            raise OperationalError("no route")
        real(database, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "revoke_in", failing)
    with pytest.raises(NotEverywhere, match="not revoked for commands: no route"):
        store.revoke([id_of(key)])

    assert store.state(stored("read", key)) == "revoked"


def test_sync_brings_keys_back_and_never_a_revoked_one() -> None:
    lost, revoked, ending = made("queries"), made("queries"), made("commands")
    soon = timezone.now() + timedelta(minutes=1)
    stored("read", lost).delete(using="read")
    store.revoke_in("read", {id_of(revoked)}, timezone.now())
    store.rows("default").filter(pk=id_of(ending)).update(expires_at=soon)

    assert store.sync() == 3

    assert store.sync() == 0
    for database in store.DATABASES:
        assert store.state(stored(database, lost)) == "active"
        assert store.state(stored(database, revoked)) == "revoked"
        assert stored(database, ending).expires_at == soon
