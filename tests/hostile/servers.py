"""Both web roles as processes, on copies of the migrated databases of the test run."""

import os
from urllib.parse import urlsplit, urlunsplit

import psycopg
from django.db import connections
from psycopg import sql

SIDES = {"DATABASE_URL": "default", "READ_DATABASE_URL": "read"}


class CopiedServers:
    """What chaos.system.System asks of its servers; the web roles need no broker."""

    def __init__(self) -> None:
        self.rabbitmq = self  # its `url` is all that is asked for

    def url(self, name: str) -> str:
        return os.environ["BROKER_URL"]

    def fresh(self, name: str) -> dict[str, str]:
        """URLs of databases with all tables and no rows."""
        connections.close_all()  # else they could not be copied
        return {side: self._copy(side, name) for side in SIDES}

    def drop(self, name: str) -> None:
        for side in SIDES:
            copy = sql.Identifier(name_of(side, name))
            _administer(side, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(copy))

    def _copy(self, side: str, name: str) -> str:
        copy = name_of(side, name)
        source = connections[SIDES[side]].settings_dict["NAME"]
        names = map(sql.Identifier, (copy, source))
        _administer(side, sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
        return urlunsplit(urlsplit(os.environ[side])._replace(path=f"/{copy}"))


def name_of(side: str, name: str) -> str:
    return f"hostile_{os.getpid()}_{name}_{SIDES[side]}"


def _administer(side: str, statement: sql.Composed) -> None:
    with psycopg.connect(os.environ[side], autocommit=True) as connection:
        connection.execute(statement)
