"""The whole system as its users and operators meet it: roles, HTTP, commands."""

import http.client
import itertools
import json
import os
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, LiteralString, NamedTuple

import psycopg

from devstack.folder import ROOT
from devstack.ports import free_port
from devstack.process import Process, stop_all
from devstack.roles import ROLES, manage
from tests.flow.servers import Servers, run_manage

DEADLINE_S = 60.0
_numbers = itertools.count(1)


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]  # names in lower case
    body: Any  # numbers as Decimal


def eventually(
    condition: Callable[[], Any], what: str, seconds: float = DEADLINE_S
) -> Any:
    """Waits until the condition is true, looking often; fails naming `what`."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"{what}: not within {seconds:g} s"
        time.sleep(0.01)
    return found


class System:
    """Fresh databases and a fresh vhost on shared servers; roles start when asked."""

    def __init__(self, servers: Servers, logs: Path) -> None:
        self.servers = servers
        self.logs = logs
        name = f"system{next(_numbers)}"
        self.ports = {"commands": free_port(), "queries": free_port()}
        self.environment = {
            **os.environ,
            **servers.fresh(name),
            "COMMAND_SERVICE_PORT": str(self.ports["commands"]),
            "QUERY_SERVICE_PORT": str(self.ports["queries"]),
            "SECRET_KEY": "flow",
        }
        self.roles: dict[str, Process] = {}

    # --- roles --------------------------------------------------------------------
    def start(self, *names: str) -> None:
        for name in names or ROLES:
            self.roles[name] = Process(
                name,
                manage(*ROLES[name]),
                env=self.environment,
                cwd=ROOT,
                log=self.logs / f"{name}.log",
            )
            self.roles[name].start()
        for name in self.ports.keys() & set(names or ROLES):
            eventually(lambda name=name: self._answers(name), f"{name} answers")

    def kill(self, name: str) -> None:
        """SIGKILL, and start again as a supervisor would."""
        self.roles[name].kill()
        self.roles[name].start()

    def stop(self, *names: str) -> None:
        chosen = [self.roles[name] for name in names or self.roles]
        stop_all(chosen, grace=10)

    def _answers(self, role: str) -> bool:
        try:
            return self.call(role, "GET", "/health").status == 200
        except OSError:
            return False

    # --- HTTP ---------------------------------------------------------------------
    def call(
        self,
        role: str,
        method: str,
        path: str,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own. Raises OSError."""
        link = http.client.HTTPConnection("127.0.0.1", self.ports[role], timeout=15)
        content = None if body is None else json.dumps(body)
        given = {"Content-Type": "application/json", **(headers or {})}
        try:
            link.request(method, path, content, given)
            answer = link.getresponse()
            text = answer.read()
        except http.client.HTTPException as error:
            raise ConnectionError(str(error)) from error
        finally:
            link.close()
        lowered = {name.lower(): value for name, value in answer.getheaders()}
        parsed = json.loads(text, parse_float=Decimal) if text else None
        return Answer(answer.status, lowered, parsed)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("commands", "POST", path, body, named)

    def get(self, path: str) -> Answer:
        return self.call("queries", "GET", path)

    def make_product(self, price: float = 10, **more: Any) -> int:
        body = {"name": "Thing", "category": "Things", "price": price, **more}
        answer = self.post("/api/products", body)
        assert answer.status == 201, answer
        return int(answer.body["productId"])

    def make_order(self, *product_ids: int, customer: int = 1, **more: Any) -> Answer:
        items = [{"productId": id_, "quantity": 1} for id_ in product_ids]
        return self.post(
            "/api/orders", {"customerId": customer, "items": items, **more}
        )

    # --- databases and commands ---------------------------------------------------
    def write_db(self, query: LiteralString) -> list[tuple[Any, ...]]:
        return self._query("DATABASE_URL", query)

    def read_db(self, query: LiteralString) -> list[tuple[Any, ...]]:
        return self._query("READ_DATABASE_URL", query)

    def _query(self, url: str, query: LiteralString) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment[url], autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def manage(self, *arguments: str) -> CompletedProcess[str]:
        return run_manage(self.environment, *arguments)

    # --- what must hold in the end ------------------------------------------------
    def wait_until_applied(self, seconds: float = DEADLINE_S) -> None:
        """Until every event of the outbox is published and applied or parked."""
        eventually(self._is_at_rest, "all events are applied", seconds)

    def _is_at_rest(self) -> bool:
        [(events, pending)] = self.write_db(
            "SELECT count(*), count(*) FILTER (WHERE published_at IS NULL) FROM outbox"
        )
        [(applied,)] = self.read_db("SELECT count(*) FROM processed_events")
        return bool(pending == 0 and applied == events)

    def assert_exact(self) -> None:
        """No difference between any view's row and the write side, to the cent."""
        self.wait_until_applied()
        done = self.manage("reconcile")
        assert done.returncode == 0, done.stdout + done.stderr
