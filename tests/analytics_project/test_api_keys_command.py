"""manage.py api_keys: a key is printed once, and everything else about it is told."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics_project.keys import access, token
from analytics_project.models import ApiKey
from tests.analytics_project.keys_made import (
    id_of,
    made,
    required,  # noqa: F401 (a fixture)
)


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("api_keys", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def row(key: str) -> ApiKey:
    return ApiKey.objects.get(pk=id_of(key))


def days_left(key: str) -> int:
    ends = row(key).expires_at
    assert ends
    return round((ends - timezone.now()).total_seconds() / 86_400)


def test_create_prints_the_key_and_nothing_else() -> None:
    key = run("create", "--name", "till", "--scope", "queries", "--scope", "commands")

    assert token.SHAPE.fullmatch(key)
    known = access.key_of(key)
    assert known
    assert known.opens == {"queries", "commands"}
    assert days_left(key) == 365


def test_a_key_lasts_as_long_as_was_said() -> None:
    assert days_left(run("create", "--name=a", "--scope=queries", "--days=7")) == 7


@pytest.mark.parametrize(
    "wrong",
    [
        ("create", "--name", " ", "--scope", "queries"),
        ("create", "--name", "a\nb", "--scope", "queries"),
        ("create", "--name", "a", "--scope", "everything"),
        ("create", "--name", "a"),
        ("create", "--name", "a", "--scope", "queries", "--days", "0"),
        ("rotate", "unknown"),
        ("revoke", "unknown"),
        ("revoke",),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*wrong)

    assert not ApiKey.objects.exists()


def test_the_list_tells_of_every_key_and_shows_none() -> None:
    keys = [made("queries"), made("commands"), made("admin")]
    run("revoke", id_of(keys[0]))

    told = run("list")

    states = [line.split()[3] for line in told.splitlines() if "till" in line]
    assert states == ["revoked", "active", "active"]
    assert all(id_of(key) in told for key in keys)
    assert not any(key.rpartition("_")[2] in told for key in keys)


def test_the_list_of_none_says_so() -> None:
    assert run("list") == "There are no keys."


def test_rotate_prints_a_new_key_and_the_old_one_ends_later() -> None:
    old = made("queries")

    new = run("rotate", id_of(old), "--overlap-hours", "48", "--days", "30")

    assert new != old
    assert (days_left(old), days_left(new)) == (2, 30)
    assert (row(new).name, row(new).scopes) == ("till", "queries")


def test_a_revoked_key_opens_nothing() -> None:
    first, second = made("queries"), made("queries")

    run("revoke", id_of(first), id_of(second))

    assert access.key_of(first) is access.key_of(second) is None


def test_sync_says_how_many_keys_differed() -> None:
    key = made("queries")
    ApiKey.objects.using("read").filter(pk=id_of(key)).delete()

    assert run("sync").startswith("1 ")
    assert run("sync").startswith("0 ")
