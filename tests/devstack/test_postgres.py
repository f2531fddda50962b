"""Tests of the private PostgreSQL."""

import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from devstack.errors import NotInstalled
from devstack.leftovers import processes_of
from devstack.postgres import FOR_TESTS, Postgres, find_binaries


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    directory = tmp_path_factory.mktemp("with space") / "postgres"
    server = Postgres(directory, settings=FOR_TESTS)
    server.start()
    yield server
    server.stop()
    assert list(processes_of(directory)) == []


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def test_its_settings_and_encoding_are_those_asked_for(postgres: Postgres) -> None:
    shown = "SELECT current_setting('fsync'), current_setting('server_encoding')"

    assert rows(postgres.url(), shown) == [("off", "UTF8")]


def test_a_database_is_made_once(postgres: Postgres) -> None:
    url = postgres.ensure_database("shop")

    assert postgres.ensure_database("shop") == url
    assert rows(url, "SELECT current_database()") == [("shop",)]


def test_a_wrong_password_is_refused(postgres: Postgres) -> None:
    url = postgres.url().replace("@", "wrong@")

    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url)


def test_its_password_file_is_read_by_its_owner_alone(postgres: Postgres) -> None:
    mode = postgres.directory.joinpath("password").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize("how", ["immediate", "killed"])
def test_committed_rows_survive_a_crash(postgres: Postgres, how: str) -> None:
    with psycopg.connect(postgres.url()) as connection:
        connection.execute(f"CREATE TABLE {how} AS SELECT 1 AS one")

    if how == "immediate":
        postgres.restart(immediate=True)
    else:
        postgres.kill()
        assert list(processes_of(postgres.directory)) == []
        postgres.start()

    assert rows(postgres.url(), f"SELECT one FROM {how}") == [(1,)]


def test_a_wrong_pg_bin_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))

    with pytest.raises(NotInstalled, match="PG_BIN="):
        find_binaries()
