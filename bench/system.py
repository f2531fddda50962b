"""The whole system on copies of the databases: roles, addresses, the final proof."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.errors import BenchError, Inexact
from bench.servers import Servers, connect
from devstack.folder import ROOT
from devstack.ports import free_port
from devstack.process import Process, stop_all
from devstack.roles import ROLES, is_healthy, manage
from devstack.waiting import wait_until

HEALTHY_S = 30.0
CAUGHT_UP_S = 300.0
GRACE_S = 10.0
PORTS = {"commands": "COMMAND_SERVICE_PORT", "queries": "QUERY_SERVICE_PORT"}


class System:
    """`name` is that of its databases and of its broker's virtual host."""

    def __init__(self, servers: Servers, name: str) -> None:
        self.name = name
        self.directory = servers.directory
        self.environment = servers.fresh(name)
        self.ports = {role: free_port() for role in PORTS}
        for role, variable in PORTS.items():
            self.environment[variable] = str(self.ports[role])
        self.roles: dict[str, Process] = {}

    @property
    def command_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['commands']}"

    @property
    def query_url(self) -> str:
        return f"http://127.0.0.1:{self.ports['queries']}"

    # --- roles --------------------------------------------------------------------
    def start(self, *names: str) -> None:
        """All roles unless some are named; returns when the web roles answer."""
        for name in names or ROLES:
            self.start_as(name, manage(*ROLES[name]))
        for role in PORTS.keys() & set(names or ROLES):
            address = f"http://127.0.0.1:{self.ports[role]}"
            wait_until(
                lambda address=address: is_healthy(address),  # type: ignore[misc]
                seconds=HEALTHY_S,
                what=f"{role} of {self.name}",
            )

    def start_as(self, name: str, command: list[str], **environment: str) -> Process:
        log = self.directory / f"{self.name}.{name}.log"
        given = {**self.environment, **environment}
        process = Process(name, command, env=given, cwd=ROOT, log=log)
        self.roles[name] = process
        process.start()
        return process

    def stop(self, *names: str) -> None:
        chosen = [self.roles.pop(name) for name in names or [*self.roles]]
        stop_all(chosen, grace=GRACE_S)

    # --- the end ------------------------------------------------------------------
    def prove(self) -> None:
        """Lets everything be applied, then compares all figures with the orders.

        Raises Inexact.
        """
        missing = {"relay", "consumer"} - self.roles.keys()
        if missing:
            self.start(*missing)
        self.wait_until_applied()
        self.stop()
        done = self.reconcile()
        if done.returncode:
            raise Inexact(f"{self.name}: {done.stdout}{done.stderr}")

    def reconcile(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            manage("reconcile"),
            check=False,
            capture_output=True,
            text=True,
            env=self.environment,
            cwd=ROOT,
        )

    def wait_until_applied(self) -> None:
        """Until every event of the outbox is published and applied."""
        deadline = time.monotonic() + CAUGHT_UP_S
        with (
            connect(self.environment, "DATABASE_URL") as write,
            connect(self.environment, "READ_DATABASE_URL") as read,
        ):
            pending = "SELECT EXISTS (SELECT FROM outbox WHERE published_at IS NULL)"
            count = "SELECT count(*) FROM "
            while _value(write, pending) or _value(write, f"{count} outbox") != _value(
                read, f"{count} processed_events"
            ):
                if time.monotonic() > deadline:
                    raise BenchError(f"{self.name} has not caught up")
                time.sleep(0.2)


def _value(connection: object, query: str) -> object:
    return connection.execute(query).fetchone()[0]  # type: ignore[attr-defined]


@contextmanager
def system(servers: Servers, name: str) -> Iterator[System]:
    """A system of its own, proven exact and removed at the end."""
    made = System(servers, name)
    try:
        servers.checkpoint()
        yield made
        made.prove()
    finally:
        made.stop()
        servers.drop(name)
