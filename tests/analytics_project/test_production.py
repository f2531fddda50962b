"""What production refuses, told by the real commands, and what it starts with."""

import os
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings

from analytics_project import production
from devstack.folder import ROOT
from devstack.roles import ROLES, manage

pytestmark = pytest.mark.processes
SECRET = "0123456789abcdefghijklmnopqrstuvwxyz" * 2
WELL = {
    "PRODUCTION": "true",
    "SECRET_KEY": SECRET,
    "ALLOWED_HOSTS": "shop.example,localhost",
    "API_KEYS_REQUIRED": "true",
    "DATABASE_URL": "postgres://web:k3ep-Out@127.0.0.1:1/commands",
    "READ_DATABASE_URL": "postgres://web:k3ep-Out@127.0.0.1:1/analytics",
    "BROKER_URL": "amqps://relay:k3ep-Out@127.0.0.1:1/%2F",
}
READ_URL = "READ_DATABASE_URL (or READ_REPLICA_URL)"
FAR = "leads to another host without"
KNOWN = "has a password that everybody knows"
# Values (None: not set), and how the line begins that tells of it. A command that is
# started is given one value of each, as long as there are any.
FAULTS: dict[str, list[tuple[str | None, str]]] = {
    "SECRET_KEY": [
        (None, "SECRET_KEY is missing"),
        ("insecure-local-key", "SECRET_KEY is missing, or one that every"),
        ("django-insecure-" + SECRET, "SECRET_KEY is missing, or one that"),
        ("short", "SECRET_KEY is short"),
        ("a" * 80, "SECRET_KEY is short"),
    ],
    "DEBUG": [("true", "DEBUG is on")],
    "ALLOWED_HOSTS": [(None, "ALLOWED_HOSTS is missing"), ("*", "ALLOWED_HOSTS is *")],
    "API_KEYS_REQUIRED": [(None, "API_KEYS_REQUIRED is not true")],
    "DATABASE_URL": [
        ("postgres://postgres:postgres@127.0.0.1/c", f"DATABASE_URL {KNOWN}"),
        ("postgres://owner@127.0.0.1/c", "DATABASE_URL has no password"),
        ("postgres://o:k3ep@db.example/c", f"DATABASE_URL {FAR}"),
        ("postgres://o:k3ep@localhost,10.0.0.7/c", f"DATABASE_URL {FAR}"),
        ("postgres://o:k3ep@db.example/c?sslmode=require", f"DATABASE_URL {FAR}"),
    ],
    "READ_DATABASE_URL": [
        (
            "postgres://o:local@127.0.0.1/a",
            f"READ_DATABASE_URL (or READ_REPLICA_URL) {KNOWN}",
        ),
        (
            "postgres://o:k3ep@db.example/c?sslmode=verify-ca",
            f"{READ_URL} {FAR}",
        ),
    ],
    "BROKER_URL": [
        ("amqp://guest:guest@127.0.0.1/", f"BROKER_URL {KNOWN}"),
        ("amqp://a:k3ep@127.0.0.1/,amqp://a:a@127.0.0.1/", f"BROKER_URL {KNOWN}"),
        ("amqp://127.0.0.1/", "BROKER_URL has no password"),
        (None, f"BROKER_URL {KNOWN}"),
        ("amqps://a:k3ep@h/,amqp://a:k3ep@10.0.0.7/", f"BROKER_URL {FAR}"),
    ],
}
STARTS = max(map(len, FAULTS.values()))

# Where a setting is found, and what is read there.
READ = {
    "SECRET_KEY": ("s.SECRET_KEY", SECRET),
    "DATABASE_URL": ("s.DATABASES['default']['NAME']", "commands"),
    "BROKER_URL": ("s.BROKER_URLS[0]", WELL["BROKER_URL"]),
}


def run(*arguments: str, **changes: str | None) -> "subprocess.CompletedProcess[str]":
    names = {*WELL, "DEBUG", "ROLE", "READ_REPLICA_URL"}
    clean = {name: value for name, value in os.environ.items() if name not in names}
    given = {name: value for name, value in {**WELL, **changes}.items() if value}
    return subprocess.run(
        manage(*arguments),
        env={**clean, **given},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def complaints(done: "subprocess.CompletedProcess[str]") -> list[str]:
    lines = (done.stdout + done.stderr).splitlines()
    assert not [line for line in lines if "Traceback" in line]
    return [line.partition(") ")[2] for line in lines if "(analytics." in line]


@pytest.mark.parametrize("number", range(STARTS))
def test_the_check_names_each_that_is_not_good_enough_in_one_line(number: int) -> None:
    faults = {name: each[number] for name, each in FAULTS.items() if number < len(each)}

    done = run("check", "--deploy", **{name: bad for name, (bad, _) in faults.items()})

    lines = complaints(done)
    assert done.returncode == 1
    assert len(lines) == len(faults)
    for _, told in faults.values():
        assert [line for line in lines if line.startswith(told)], told
    assert "k3ep" not in "".join(lines)


def test_links_that_are_verified_local_or_allowed_are_no_fault(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, read = settings.DATABASES["default"], settings.DATABASES["read"]
    monkeypatch.setitem(write, "HOST", "far.example")
    monkeypatch.setitem(write["OPTIONS"], "sslmode", "verify-full")
    monkeypatch.setitem(read, "HOST", "/run/postgresql")
    settings.BROKER_URLS = ["amqps://far.example/", "amqp://[::1]/"]
    assert far() == []

    settings.BROKER_URLS = ["amqp://far.example/"]
    monkeypatch.setitem(read, "HOST", "far.example")
    assert [line.split()[0] for line in far()] == ["READ_DATABASE_URL", "BROKER_URL"]
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert [line.split()[0] for line in far()] == ["BROKER_URL"]
    settings.ALLOW_PLAINTEXT = True
    assert far() == []


def far() -> list[str]:
    return [fault for fault in production.faults() if FAR in fault]


@pytest.mark.parametrize("role", ["", "commands", "queries"])
def test_the_check_is_clean_with_settings_of_production(role: str) -> None:
    done = run("check", "--deploy", "--fail-level=WARNING", ROLE=role)

    assert (done.returncode, complaints(done)) == (0, []), done.stderr


@pytest.mark.parametrize("role", ROLES)
def test_no_role_starts_with_what_everybody_knows(role: str) -> None:
    url = "postgres://postgres:postgres@127.0.0.1:1/"
    changes = {"SECRET_KEY": None, "DEBUG": "true", "ALLOWED_HOSTS": "*"}
    done = run(
        *ROLES[role],
        **changes,
        API_KEYS_REQUIRED="false",
        DATABASE_URL=f"{url}c",
        READ_DATABASE_URL=f"{url}a",
        BROKER_URL="amqp://guest:guest@127.0.0.1:1/",
    )

    assert done.returncode == 1
    assert len(complaints(done)) == (6 if role == "queries" else 7)


def test_a_server_that_is_started_past_the_commands_is_refused_as_well() -> None:
    gunicorn = [*manage("x")[:1], "-m", "gunicorn", "--check-config"]
    environment = {**os.environ, **WELL, "ROLE": "queries", "SECRET_KEY": "short"}
    done = subprocess.run(
        [*gunicorn, "analytics_project.wsgi"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert "SECRET_KEY is short" in done.stderr


@pytest.mark.parametrize("name", READ)
def test_a_secret_may_come_from_a_file_and_the_end_of_its_line_is_none_of_it(
    tmp_path: Path, name: str
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{WELL[name]}\n")
    from_file = {name: None, f"{name}_FILE": str(secret)}
    place, read = READ[name]
    shown = f"from django.conf import settings as s; print(repr({place}))"

    done = run("shell", "--no-imports", "-c", shown, **from_file)
    assert done.stdout.strip() == repr(read)
    assert run("check", "--deploy", **from_file).returncode == 0


@pytest.mark.parametrize("missing", ["file", "address"])
def test_what_is_not_there_is_told_in_one_line(missing: str) -> None:
    changes: dict[str, str | None] = {"DATABASE_URL": None}
    if missing == "file":
        changes["DATABASE_URL_FILE"] = "/no/such/file"

    done = run("run_consumer", **changes)

    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("manage.py: ")
    assert "DATABASE_URL" in line


def test_the_query_role_needs_neither_write_database_nor_broker() -> None:
    done = run(
        *("run_web", "--role", "queries"),
        DATABASE_URL=None,
        BROKER_URL=None,
        DEBUG="true",
    )

    assert complaints(done) == [
        "DEBUG is on: error pages would show what the process knows."
    ]


def test_keys_are_made_before_the_settings_are_good_enough() -> None:
    done = run("api_keys", "list", SECRET_KEY="short", BROKER_URL=None)

    assert complaints(done) == []
    assert "a database failed" in done.stderr
