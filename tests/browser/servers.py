"""Databases and a virtual host of one's own on the servers of the test run."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from chaos.servers import run_manage
from tests.conftest import Broker

SIDES = {"DATABASE_URL": "default", "READ_DATABASE_URL": "read"}


class GivenServers:
    """What chaos.system.System asks of its servers, on those that are running.

    Names are of this process alone: another one tests at the same time.
    """

    def __init__(self) -> None:
        self._broker = Broker(
            os.environ["BROKER_URL"], os.environ["BROKER_MANAGEMENT_URL"]
        )
        self.rabbitmq = self  # its `url` is all that is asked for

    def url(self, name: str) -> str:
        return self._broker.url

    def fresh(self, name: str) -> dict[str, str]:
        """URLs of migrated, empty databases and of an empty virtual host."""
        self._broker.call("PUT", f"vhosts/{self._broker.vhost}")
        urls = {side: self._create(side, name) for side in SIDES}
        with ThreadPoolExecutor() as pool:
            list(pool.map(partial(_migrate, urls), SIDES.values()))
        return {**urls, "BROKER_URL": self._broker.url}

    def drop(self, name: str) -> None:
        for side in SIDES:
            self._administer("DROP DATABASE {} WITH (FORCE)", side, name)
        self._broker.call("DELETE", f"vhosts/{self._broker.vhost}")

    def _create(self, side: str, name: str) -> str:
        database = self._administer("CREATE DATABASE {}", side, name)
        return urlunsplit(urlsplit(os.environ[side])._replace(path=f"/{database}"))

    def _administer(self, statement: LiteralString, side: str, name: str) -> str:
        database = f"browser_{os.getpid()}_{name}_{SIDES[side]}"
        command = sql.SQL(statement).format(sql.Identifier(database))
        with psycopg.connect(os.environ[side], autocommit=True) as connection:
            connection.execute(command)
        return database


def _migrate(urls: Mapping[str, str], database: str) -> None:
    run_manage(urls, "migrate", "-v0", "--skip-checks", f"--database={database}")
