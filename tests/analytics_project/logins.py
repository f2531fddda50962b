"""The database roles of the processes, made by the command on the test's databases."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from pytest_django import DjangoDbBlocker

from analytics_project.database_roles.statements import NAMES
from analytics_project.management.commands.database_roles import DATABASES

PASSWORD = "of-a-role-in-a-test"
Link = psycopg.Connection[Any]


class Logins:
    """Roles belong to the whole server: these have the test database's name in them."""

    def __init__(self) -> None:
        name = connections["default"].settings_dict["NAME"]
        assert name.startswith("test_")  # no test has asked for the databases else
        self.prefix = f"{name}_"
        self._links: dict[tuple[str, str], Link] = {}

    def make(self) -> None:
        settings.DATABASE_ROLE_PASSWORDS = dict.fromkeys(NAMES, PASSWORD)
        call_command("database_roles", prefix=self.prefix, verbosity=0)

    def link(self, role: str, alias: str) -> Link:
        """The role's own connection; raises OperationalError."""
        key = role, alias
        if key not in self._links:
            place = connections[alias].settings_dict
            self._links[key] = psycopg.connect(
                host=place["HOST"],
                port=place["PORT"],
                dbname=place["NAME"],
                user=self.prefix + role,
                password=PASSWORD,
            )
        return self._links[key]

    def refusal(self, role: str, alias: str, statement: str) -> str | None:
        """The SQLSTATE that it is answered with; nothing of it stays."""
        link = self.link(role, alias)
        try:
            with link.transaction(force_rollback=True):
                link.execute(statement.encode())
        except psycopg.Error as error:
            return error.sqlstate
        return None

    @contextmanager
    def acting(self, role: str) -> Iterator[None]:
        """Django's connections are the role's."""
        before = {}
        for alias in DATABASES:
            connections[alias].close()
            place = connections[alias].settings_dict
            before[alias] = place["USER"], place["PASSWORD"]
            place.update(USER=self.prefix + role, PASSWORD=PASSWORD)
        try:
            yield
        finally:
            for alias, (user, password) in before.items():
                connections[alias].close()
                place = connections[alias].settings_dict
                place.update(USER=user, PASSWORD=password)

    def drop(self) -> None:
        for link in self._links.values():
            link.close()
        for alias in DATABASES:
            with connections[alias].cursor() as cursor:
                for name in NAMES:
                    role = self.prefix + name
                    cursor.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER")
                    cursor.execute(f"DROP OWNED BY {role}")
        with connections["default"].cursor() as cursor:
            for name in NAMES:
                cursor.execute(f"DROP ROLE {self.prefix}{name}")


@pytest.fixture(scope="module")
def logins(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Logins]:
    with django_db_blocker.unblock():
        made = Logins()
        made.make()
        yield made
        with suppress(psycopg.Error):
            made.drop()
