"""The servers of a run, and copies of seeded databases to measure on."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import psycopg
from psycopg import sql

from bench import seed
from devstack.folder import RABBITMQ_PROGRAMS
from devstack.postgres import Postgres
from devstack.rabbitmq import RabbitMQ
from devstack.rabbitmq_files import find_or_fetch
from devstack.roles import migrate
from devstack.stack import URLS, Stack

PRODUCTS = 5_000
SMALL = 10_000  # orders stored before a scenario begins, as the issue has it
BIG = 1_500_000
DATABASES = {"DATABASE_URL": "commands", "READ_DATABASE_URL": "analytics"}
# A user's settings would make it another measurement.
OWN = (
    *URLS,
    "WEB_WORKERS",
    "WEB_THREADS",
    "QUERY_SERVER",
    "RELAY_WINDOW",
    "CONSUMER_BATCH",
    "DEBUG",
)


class Servers:
    """PostgreSQL and RabbitMQ of their own, with the settings of `make run`."""

    def __init__(self, directory: Path) -> None:
        given = {name: os.environ[name] for name in os.environ.keys() - set(OWN)}
        self.stack = Stack(directory, given=given, cache=RABBITMQ_PROGRAMS)
        self.directory = directory

    @property
    def postgres(self) -> Postgres:
        assert self.stack.postgres  # noqa: S101 (it was given no URL)
        return self.stack.postgres

    @property
    def rabbitmq(self) -> RabbitMQ:
        assert self.stack.rabbitmq  # noqa: S101 (likewise)
        return self.stack.rabbitmq

    def start(self) -> None:
        """With the databases that all others are copies of."""
        self.stack.start()
        migrate(self.stack.environment)
        seed.products(self.stack.environment, PRODUCTS)
        seed.applied(self.stack.environment, 1, SMALL, lines=1)

    def stop(self) -> None:
        self.stack.stop(grace=0)

    def fresh(self, name: str) -> dict[str, str]:
        """The environment of a system with SMALL orders and a broker of its own."""
        environment = dict(self.stack.environment)
        for variable, template in DATABASES.items():
            database = f"{name}_{template}"
            self._administer("CREATE DATABASE {} TEMPLATE {}", database, template)
            environment[variable] = self.postgres.url(database)
        environment["DJANGO_SETTINGS_MODULE"] = "analytics_project.settings"
        environment["BROKER_URL"] = self.rabbitmq.add_vhost(name)
        return environment

    def drop(self, name: str) -> None:
        for template in DATABASES.values():
            self._administer("DROP DATABASE {} WITH (FORCE)", f"{name}_{template}")
        with suppress(OSError):
            self.rabbitmq.delete_vhost(name)

    def checkpoint(self) -> None:
        """So that no measurement pays for what was written before it."""
        self._administer("CHECKPOINT")

    def versions(self) -> str:
        with psycopg.connect(self.postgres.url()) as connection:
            postgres = connection.info.server_version // 10_000
        return f"PostgreSQL {postgres}, RabbitMQ {_rabbitmq_version()}"

    def _administer(self, statement: str, *names: str) -> None:
        command = sql.SQL(statement).format(*map(sql.Identifier, names))
        with psycopg.connect(self.postgres.url(), autocommit=True) as connection:
            connection.execute(command)


def _rabbitmq_version() -> str:
    """Its folder is named for it."""
    return find_or_fetch(RABBITMQ_PROGRAMS).home.name.rpartition("-")[2]


def connect(environment: Mapping[str, str], side: str) -> psycopg.Connection:
    """`side` is DATABASE_URL or READ_DATABASE_URL."""
    return psycopg.connect(environment[side], autocommit=True)
