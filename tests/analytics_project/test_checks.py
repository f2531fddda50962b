"""Settings that would go wrong are refused before anything starts."""

from typing import Any

import pytest
from django.core.management import get_commands, load_command_class
from pytest_django import Settings

from analytics_project.checks import TAG, check_settings

OURS = ("analytics_project", "commands_app", "projections_app")
UNCHECKED = ("api_keys", "database_roles")  # they come before what would be checked
COMMANDS = {name: app for name, app in get_commands().items() if app in OURS}


def found(settings: Settings, **changes: Any) -> set[str | None]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return {message.id for message in check_settings()}


def test_the_settings_as_they_are_have_no_fault(settings: Settings) -> None:
    assert found(settings) == set()


OWN = "one-of-our-own-with-at-least-32-characters"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"DATABASE_ROUTERS": []}, "analytics.E001"),
        ({"WEB_THREADS": 0}, "analytics.E003"),
        ({"MAX_BODY_BYTES": -1}, "analytics.E003"),
        ({"RELAY_WINDOW": 0}, "analytics.E003"),
        ({"KEEP_DAYS": {"outbox": 0}}, "analytics.E003"),
        ({"COMMAND_SERVICE_PORT": 80, "QUERY_SERVICE_PORT": 80}, "analytics.E004"),
        ({"QUERY_SERVICE_PORT": 65_536}, "analytics.E004"),
        (
            {"ALLOWED_HOSTS": ["shop.example"], "SECRET_KEY": "insecure-local-key"},
            "analytics.E005",
        ),
        (
            {"ALLOWED_HOSTS": ["*"], "SECRET_KEY": "insecure-local-key"},
            "analytics.E005",
        ),
        (
            {
                "ALLOWED_HOSTS": ["shop.example"],
                "SECRET_KEY": "only-for-trying-it-out-on-one-machine",
            },
            "analytics.E005",
        ),
        ({"ALLOWED_HOSTS": ["*"], "SECRET_KEY": "short"}, "analytics.E005"),
        ({"CONSUMER_BATCH": 40_000}, "analytics.E003"),
        ({"STORE_TIMEZONE": "Berlin"}, "analytics.E007"),
        (
            {"ALLOWED_HOSTS": ["shop.example"], "SECRET_KEY": OWN, "DEBUG": True},
            "analytics.E006",
        ),
    ],
)
def test_a_setting_that_would_go_wrong_is_named(
    settings: Settings, changes: dict[str, Any], fault: str
) -> None:
    assert found(settings, **changes) == {fault}


def test_two_sides_in_one_database_are_refused(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = settings.DATABASES["default"]
    monkeypatch.setitem(settings.DATABASES, "read", one)

    assert found(settings) == {"analytics.E002"}


def test_a_query_role_without_a_write_database_is_fine(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", {})

    assert found(settings) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_content_with_one_check_is_given_it(name: str) -> None:
    """Django takes a word that it does not know for no check at all."""
    asked = load_command_class(COMMANDS[name], name).requires_system_checks

    assert asked in ("__all__", (), (TAG,))
    assert asked or name in UNCHECKED
