"""A server is set back to a moment, as the page about backups says."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from chaos.waiting import eventually
from devstack import unprivileged
from devstack.postgres import FOR_TESTS, Postgres
from tests.flow.followed import PAGE, commands, shell


@pytest.fixture
def wal(tmp_path: Path) -> Path:
    folder = tmp_path / "server" / "wal"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def server(wal: Path) -> Iterator[Postgres]:
    [archive] = re.findall(r"archive_command = '(.*)'", PAGE)
    archive = archive.replace("/srv/wal", str(wal))
    settings = {"archive_mode": "on", "archive_command": archive}
    server = Postgres(wal.parent, settings=FOR_TESTS | settings)
    server.start()
    yield server
    server.stop()


def test_all_before_the_moment_is_there_and_nothing_behind_it(
    server: Postgres, wal: Path
) -> None:
    folder = wal.parent
    run(server, "CREATE TABLE orders (id int)")
    environment = {
        **os.environ,
        "PATH": f"{server.binaries}:{os.environ['PATH']}",
        "PGSERVICEFILE": str(service_file(server, folder)),
        "PGDATA": str(server.data),
    }

    for command in commands("## Back up: every transaction"):
        shell(command, folder, environment)
    run(server, "INSERT INTO orders VALUES (1)")
    [[environment["until"]]] = run(server, "SELECT clock_timestamp()::text")
    run(server, "INSERT INTO orders VALUES (2)")
    run(server, "SELECT pg_switch_wal()")
    server.stop()  # archives what is left
    for command in commands("### To a moment"):
        shell(command.replace("/srv/wal", str(wal)), folder, environment)
    unprivileged.hand_over(folder)
    server.start()

    promoted = "SELECT NOT pg_is_in_recovery()"
    eventually(lambda: run(server, promoted) == [(True,)], "the server is promoted")
    assert run(server, "SELECT id FROM orders") == [(1,)]


def run(server: Postgres, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def service_file(server: Postgres, folder: Path) -> Path:
    parts = urlsplit(server.url())
    file = folder / "pg_service.conf"
    file.write_text(
        f"[commands]\nhost={parts.hostname}\nport={parts.port}\n"
        f"user={parts.username}\npassword={parts.password}\n"
    )
    return file
