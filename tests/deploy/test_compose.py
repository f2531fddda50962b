"""The production overlay, merged by the real docker compose."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import pytest

from analytics_project.database_roles.statements import NAMES
from deploy.make_secrets import CERTIFICATE, make
from devstack.folder import ROOT
from devstack.roles import manage
from tests.deploy.composed import whole

SECRET_FILES = {"SECRET_KEY", "DATABASE_URL", "READ_DATABASE_URL", "BROKER_URL"}
DATABASE_ROLES = {
    "command-service": "commands",
    "query-service": "queries",
    "outbox-relay": "relay",
    "consumer-service": "consumer",
    "auditor": "auditor",
}
OWNERS = ("migrate", "prune")  # of the tables; both end
ROOT_USERS = {None, "", "0", "root"}


@pytest.fixture(scope="module")
def merged() -> dict[str, Any]:
    return whole()


def test_every_container_is_confined(merged: dict[str, Any]) -> None:
    for name, service in merged["services"].items():
        assert service.get("user") not in ROOT_USERS, name
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        limits = service["deploy"]["resources"]["limits"]
        assert limits.keys() >= {"cpus", "memory", "pids"}, name
        assert service["logging"]["options"]["max-size"], name
        assert service["restart"], name
        if name not in OWNERS:
            assert service["healthcheck"], name


def test_the_proxy_alone_is_reached_from_outside(merged: dict[str, Any]) -> None:
    services = merged["services"]

    assert {name for name, each in services.items() if each.get("ports")} == {"proxy"}
    outside = {name for name, each in services.items() if "public" in each["networks"]}
    assert outside == {"proxy"}
    assert "data" not in services["proxy"]["networks"]
    inner = merged["networks"].keys() - {"public", "default"}
    assert all(merged["networks"][name]["internal"] for name in inner)


def test_no_secret_stands_in_an_environment(merged: dict[str, Any]) -> None:
    for name, service in merged["services"].items():
        given = service.get("environment") or {}
        assert not SECRET_FILES & given.keys(), name
        assert not [key for key in given if key.endswith(("PASSWORD", "PASS"))], name
        files = {value for key, value in given.items() if key.endswith("_FILE")}
        mounted = {secret["target"] for secret in service.get("secrets", [])}
        assert files - {"/tmp/alive"} <= mounted, name


def test_each_role_is_given_what_it_needs_and_no_more(merged: dict[str, Any]) -> None:
    secrets = {
        name: {each["source"] for each in service["secrets"]}
        for name, service in merged["services"].items()
    }

    assert secrets["query-service"] == {"secret_key", "queries_read_database_url"}
    assert "broker_url" not in secrets["command-service"]
    assert secrets["proxy"] == set(CERTIFICATE)
    waiting = ("command-service", "query-service", "outbox-relay", "consumer-service")
    for name in (*waiting, "auditor"):
        needed = merged["services"][name]["depends_on"]["migrate"]
        assert needed["condition"] == "service_completed_successfully", name


def test_each_role_connects_as_a_database_role_of_its_own(
    merged: dict[str, Any], tmp_path: Path
) -> None:
    make(tmp_path)
    known = {
        role: tmp_path.joinpath(f"{role}_db_password").read_text() for role in NAMES
    }
    services = merged["services"]
    for service, role in DATABASE_ROLES.items():
        for given, parts in urls(services[service], tmp_path):
            assert parts.username == f"analytics_{role}", (service, given)
            assert parts.password == known[role].strip(), (service, given)

    assert services["migrate"]["command"][-1].endswith("manage.py database_roles")
    given = services["migrate"]["environment"]
    assert {f"{role.upper()}_DB_PASSWORD_FILE" for role in NAMES} <= given.keys()
    administrator = services["write-db"]["environment"]["POSTGRES_USER"]
    for name in OWNERS:
        users = {parts.username for _, parts in urls(services[name], tmp_path)}
        assert users == {administrator}, name


def urls(service: dict[str, Any], folder: Path) -> Iterator[tuple[str, SplitResult]]:
    """Of the databases, as the service reads them."""
    files = {each["target"]: each["source"] for each in service["secrets"]}
    for name in ("DATABASE_URL_FILE", "READ_DATABASE_URL_FILE"):
        if path := service["environment"].get(name):
            yield name, urlsplit(folder.joinpath(files[path]).read_text().strip())


@pytest.mark.parametrize("name", OWNERS)
def test_its_settings_pass_the_check_of_a_deployment(
    merged: dict[str, Any], tmp_path: Path, name: str
) -> None:
    make(tmp_path)
    given = merged["services"][name]["environment"]
    done = subprocess.run(
        manage("check", "--deploy", "--fail-level=WARNING"),
        env={
            key: value.replace("/run/secrets", str(tmp_path))
            for key, value in given.items()
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr


def test_the_secrets_that_are_named_are_made_once(
    merged: dict[str, Any], tmp_path: Path
) -> None:
    folder = tmp_path / "secrets"

    made = make(folder)

    named = {Path(each["file"]).name for each in merged["secrets"].values()}
    assert named - set(CERTIFICATE) <= set(made)
    before = folder.joinpath("broker_url").read_text()
    folder.joinpath("secret_key").unlink()
    assert make(folder) == ["secret_key"]
    assert folder.joinpath("broker_url").read_text() == before
    assert folder.joinpath("broker_password").read_text().strip() in before
    assert folder.stat().st_mode & 0o077 == 0
