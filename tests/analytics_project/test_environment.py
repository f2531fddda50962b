"""What settings, .env.example and the container files say of each other."""

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "analytics_project/settings.py").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: it for name, it in SERVICES.items() if "build" in it}
ROLES = OURS.keys() - {"migrate"}

COMPOSE_ONLY = {
    *("WRITE_DB_PASSWORD", "READ_DB_PASSWORD", "BROKER_PASSWORD"),
    *("HTTP_PORT", "HTTPS_PORT"),  # of the production overlay
}
STACK_ONLY = {"PG_BIN", "RABBITMQ_HOME"}
NO_DEFAULT = {"DATABASE_URL", "READ_DATABASE_URL"}


def names_in_settings() -> set[str]:
    found = re.findall(r'env\.\w+\(\s*"(\w+)"|database\("(\w+)"', SETTINGS)
    return {first or second for first, second in found}


def example() -> dict[str, str]:
    return dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE, flags=re.MULTILINE))


def written(default: object) -> str:
    if isinstance(default, list):
        return ",".join(default)
    return "" if default is None else str(default)


def test_the_example_names_every_setting_and_nothing_else() -> None:
    assert example().keys() == names_in_settings() | COMPOSE_ONLY | STACK_ONLY


def test_every_setting_of_the_example_is_explained() -> None:
    lines = EXAMPLE.splitlines()
    for before, line in itertools.pairwise(lines):
        if re.match(r"# [A-Z_]+=", line):
            assert re.match(r"# [A-Z`].*[.]$", before), line


def test_the_example_shows_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, object] = {}

    class Environment:
        def __getattr__(self, _kind: str) -> Any:
            def ask(name: str, default: object = None, **_: object) -> object:
                asked[name] = default
                return {} if name in NO_DEFAULT else default

            return ask

    monkeypatch.setattr("analytics_project.environment.Environment", Environment)
    names = {"__file__": str(ROOT / "analytics_project/settings.py")}
    exec(compile(SETTINGS, "settings.py", "exec"), names)

    shown = {name: example()[name] for name in asked.keys() - NO_DEFAULT}
    assert shown == {name: written(asked[name]) for name in shown}


def test_nothing_happens_when_the_example_is_copied_as_it_is() -> None:
    assert not re.search("^[^#\n]", EXAMPLE, flags=re.MULTILINE)


def test_compose_runs_every_role_and_its_servers() -> None:
    assert SERVICES.keys() - OURS.keys() == {"write-db", "read-db", "rabbitmq"}
    assert OURS.keys() == {
        "migrate",
        "prune",
        "command-service",
        "query-service",
        "outbox-relay",
        "consumer-service",
        "auditor",
    }


@pytest.mark.parametrize("name", sorted(OURS))
def test_compose_gives_settings_that_exist(name: str) -> None:
    assert OURS[name]["environment"].keys() <= names_in_settings()


@pytest.mark.parametrize("name", sorted(ROLES))
def test_compose_starts_commands_that_exist(name: str) -> None:
    interpreter, script, command, *_ = OURS[name]["command"]

    assert (interpreter, script) == ("python", "manage.py")
    assert command in get_commands()


def test_every_service_but_the_migration_has_a_health_check_and_is_restarted() -> None:
    for name in SERVICES.keys() - {"migrate", "prune"}:  # both end
        assert SERVICES[name]["healthcheck"]["test"], name
        assert SERVICES[name]["restart"] == "unless-stopped", name


def test_every_port_is_bound_to_this_machine_and_is_the_settings_default() -> None:
    ports = {name: it["ports"] for name, it in SERVICES.items() if "ports" in it}

    assert ports == {
        "command-service": ["127.0.0.1:${COMMAND_SERVICE_PORT:-8080}:8080"],
        "query-service": ["127.0.0.1:${QUERY_SERVICE_PORT:-8081}:8081"],
        "rabbitmq": ["127.0.0.1:15672:15672"],
    }


def test_what_compose_takes_from_dotenv_has_the_default_that_the_example_shows() -> (
    None
):
    text = (ROOT / "docker-compose.yml").read_text()
    for name, default in re.findall(r"\$\{(\w+):-(.*?)\}", text):
        assert name == "SECRET_KEY" or example()[name] == default


def test_the_submission_names_the_two_services() -> None:
    assert json.loads((ROOT / "submission.json").read_text()) == {
        "commandServiceUrl": "http://localhost:8080",
        "queryServiceUrl": "http://localhost:8081",
    }
