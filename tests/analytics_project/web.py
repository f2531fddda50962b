"""Both web roles as processes, on a PostgreSQL that may be stopped."""

import os
import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from chaos.servers import migrate
from devstack.folder import ROOT
from devstack.ports import free_port
from devstack.postgres import FOR_TESTS, Postgres
from devstack.process import Process, stop_all
from devstack.roles import ROLES, manage

DEADLINE_S = 30
MAX_BODY = 1000  # bytes


class Reply(NamedTuple):
    status: int
    head: str
    body: bytes

    @property
    def is_problem(self) -> bool:
        return "content-type: application/problem+json" in self.head.lower()


class Web:
    def __init__(self, directory: Path, **settings: str) -> None:
        self.postgres = Postgres(directory / "postgres", settings=FOR_TESTS)
        self.ports = {"commands": free_port(), "queries": free_port()}
        self.metrics = {role: free_port() for role in self.ports}
        self._directory = directory
        self._settings = settings
        self.environment: dict[str, str] = {}
        self._roles: list[Process] = []

    def start(self) -> None:
        self.postgres.start()
        environment = self.environment = {
            **os.environ,
            "DATABASE_URL": self.postgres.ensure_database("write"),
            "READ_DATABASE_URL": self.postgres.ensure_database("read"),
            "COMMAND_SERVICE_PORT": str(self.ports["commands"]),
            "QUERY_SERVICE_PORT": str(self.ports["queries"]),
            "SECRET_KEY": "web",
            "MAX_BODY_BYTES": str(MAX_BODY),
            **self._settings,
        }
        migrate(environment)
        self._roles = [
            self._manage({**environment, "METRICS_PORT": str(port)}, *ROLES[name])
            for name, port in self.metrics.items()
        ]
        for role in self.ports:
            eventually(partial(self.answers, role), f"{role} answers")

    def stop(self) -> None:
        stop_all(self._roles, grace=0)  # what they would say is asked by nobody
        self.postgres.kill()

    def _manage(self, environment: dict[str, str], *arguments: str) -> Process:
        log = self._directory / f"{arguments[-1]}.log"
        process = Process(
            arguments[0], manage(*arguments), env=environment, cwd=ROOT, log=log
        )
        process.start()
        return process

    def answers(self, role: str, target: str = "/health") -> bool:
        try:
            return self.get(role, target).status == 200
        except OSError:
            return False

    def get(
        self, role: str, target: str, *, method: str = "GET", head: str = ""
    ) -> Reply:
        line = f"{method} {target} HTTP/1.1\r\n"
        return self.raw(role, f"{line}Host: localhost\r\n{head}")

    def post(self, target: str, head: str, body: bytes) -> Reply:
        return self.raw(
            "commands",
            f"POST {target} HTTP/1.1\r\nHost: localhost\r\n"
            f"Content-Type: application/json\r\n{head}",
            body,
        )

    def log(self, role: str) -> str:
        return self._directory.joinpath(f"{role}.log").read_text()

    def stalled(self, role: str, begin: bytes) -> socket.socket:
        """A connection whose client sends no more than this."""
        link = socket.create_connection(("127.0.0.1", self.ports[role]), timeout=25)
        link.sendall(begin)
        return link

    def raw(self, role: str, head: str, body: bytes = b"") -> Reply:
        """One exchange, byte by byte as given; raises OSError."""
        address = ("127.0.0.1", self.ports[role])
        with socket.create_connection(address, timeout=15) as link:
            link.sendall(f"{head}Connection: close\r\n\r\n".encode() + body)
            reply = b"".join(iter(lambda: link.recv(65_536), b""))
        front, _, rest = reply.partition(b"\r\n\r\n")
        return Reply(int(front.split()[1]), front.decode(), rest)


def chunked(body: bytes, *, size: int = 100) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in [*pieces, b""])


def eventually(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {DEADLINE_S} s"
        time.sleep(0.02)
