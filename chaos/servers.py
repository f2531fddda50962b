"""Two PostgreSQL servers and a RabbitMQ that may be stopped, crashed and restarted."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from chaos.errors import Unexpected
from devstack.folder import RABBITMQ_PROGRAMS, ROOT
from devstack.postgres import FOR_TESTS, Postgres
from devstack.rabbitmq import RabbitMQ

TEMPLATE = "migrated"
HUNG_S = 1800.0  # a command that takes longer; `reconcile` of two million takes minutes


class Servers:
    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.write = Postgres(directory / "write", settings=FOR_TESTS)
        self.read = Postgres(directory / "read", settings=FOR_TESTS)
        self.rabbitmq = RabbitMQ(directory / "rabbitmq", cache=RABBITMQ_PROGRAMS)

    def start(self) -> None:
        self.rabbitmq.launch()
        self.write.start()
        self.read.start()
        self.rabbitmq.wait()
        templates = {
            "DATABASE_URL": self.write.ensure_database(TEMPLATE),
            "READ_DATABASE_URL": self.read.ensure_database(TEMPLATE),
        }
        migrate(templates)

    def stop(self) -> None:
        for server in (self.rabbitmq, self.write, self.read):
            server.kill()

    def mend(self) -> None:
        """Starts again what an experiment has left stopped."""
        for server in (self.rabbitmq, self.write, self.read):
            if not server.running:
                server.start()

    def fresh(self, name: str) -> dict[str, str]:
        """URLs of migrated, empty databases and of an empty vhost."""
        return {
            "DATABASE_URL": copy_of_template(self.write, name),
            "READ_DATABASE_URL": copy_of_template(self.read, name),
            "BROKER_URL": self.rabbitmq.add_vhost(name),
        }

    def drop(self, name: str) -> None:
        """Removes what `fresh` made."""
        for server in (self.write, self.read):
            administer(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        with suppress(OSError):
            self.rabbitmq.delete_vhost(name)


def copy_of_template(server: Postgres, name: str) -> str:
    administer(server, "CREATE DATABASE {} TEMPLATE {}", name, TEMPLATE)
    return server.url(name)


def administer(server: Postgres, statement: LiteralString, *names: str) -> None:
    command = sql.SQL(statement).format(*map(sql.Identifier, names))
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(command)


def migrate(environment: Mapping[str, str], root: Path = ROOT) -> None:
    """Raises Unexpected with the end of what the command said."""
    for database in ("default", "read"):
        try:
            options = ("-v0", "--skip-checks", f"--database={database}")
            run_manage(environment, "migrate", *options, root=root)
        except subprocess.CalledProcessError as error:
            raise Unexpected(f"migrate failed: {error.stderr[-400:]}") from error


def run_manage(
    environment: Mapping[str, str], *arguments: str, root: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(root / "manage.py"), *arguments],
        env={**os.environ, **environment},
        cwd=root,
        capture_output=True,
        text=True,
        check=arguments[0] == "migrate",
        timeout=HUNG_S,
    )
