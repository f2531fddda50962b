"""The whole system as its users and operators meet it: roles, HTTP, commands."""

import itertools
import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, LiteralString

import psycopg

from chaos.answers import Answer, ask
from chaos.errors import Unexpected
from chaos.servers import Servers, run_manage
from chaos.waiting import DEADLINE_S, eventually
from devstack.folder import ROOT
from devstack.ports import free_port
from devstack.process import Process, stop_all
from devstack.roles import ROLES

# Not the auditor: it would mend what a row is there to find.
USUAL = ("commands", "queries", "relay", "consumer")
LOSS = "events were lost on the way"  # in the auditor's log
GRACE_S = 10.0  # between SIGTERM and SIGKILL
FEW = 200  # events that are missing: these are looked at one by one
COUNTED = "SELECT 1 FROM sales_ledger WHERE order_id = %s LIMIT 1"
PLENTY = 10**9  # never sold out, but counted
_numbers = itertools.count(1)


class System:
    """Fresh databases and a fresh vhost on shared servers; roles start when asked.

    A role may run more than once: "relay2" is a second relay. `settings` are
    variables of the environment, for all roles.
    """

    def __init__(self, servers: Servers, logs: Path, **settings: str) -> None:
        self.servers = servers
        self.logs = logs
        self.name = f"system{next(_numbers)}"
        self.ports = {"commands": free_port(), "queries": free_port()}
        self.environment = {
            **os.environ,
            **servers.fresh(self.name),
            "COMMAND_SERVICE_PORT": str(self.ports["commands"]),
            "QUERY_SERVICE_PORT": str(self.ports["queries"]),
            "SECRET_KEY": "flow",
            **settings,
        }
        self.broker_url = servers.rabbitmq.url(self.name)  # past any proxy
        self.roles: dict[str, Process] = {}

    # --- roles --------------------------------------------------------------------
    def start(self, *names: str, **environment: str) -> None:
        """The USUAL roles unless some are named; returns when the web roles answer.

        `environment` overrides variables for these roles, also when they are
        started again.
        """
        for name in names or USUAL:
            self.launch(name, environment)
        for name in self.ports.keys() & set(names or USUAL):
            eventually(partial(self.answers, name), f"{name} answers")

    def launch(
        self,
        name: str,
        environment: Mapping[str, str] | None = None,
        *,
        root: Path = ROOT,
        wrapper: Sequence[str] = (),
    ) -> None:
        """One role, without waiting for it; from another tree, or under a tracer."""
        program = [sys.executable, str(root / "manage.py")]
        self.roles[name] = Process(
            name,
            [*wrapper, *program, *ROLES[name.rstrip("0123456789")]],
            env={**self.environment, **(environment or {})},
            cwd=root,
            log=self.logs / f"{self.name}.{name}.log",
        )
        self.roles[name].start()

    def kill(self, name: str) -> None:
        """SIGKILL, and start again as a supervisor would, without waiting."""
        self.roles[name].kill()
        self.roles[name].start()

    def stop(self, *names: str, grace: float = GRACE_S) -> None:
        """SIGTERM, then SIGKILL."""
        chosen = [self.roles[name] for name in names or self.roles]
        stop_all(chosen, grace=grace)

    def log(self, name: str) -> str:
        return (self.logs / f"{self.name}.{name}.log").read_text(errors="replace")

    def answers(self, role: str) -> bool:
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
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request on a connection of its own. Raises OSError."""
        return ask(self.ports[role], method, path, body, headers or {})

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("commands", "POST", path, body, named)

    def get(self, path: str) -> Answer:
        return self.call("queries", "GET", path)

    def make_product(self, price: float = 10, **more: Any) -> int:
        body = {"name": "Thing", "category": "Things", "price": price, **more}
        answer = self.post("/api/products", body)
        if answer.status != 201:
            raise Unexpected(f"{answer.status} for a product: {answer.body}")
        return int(answer.body["productId"])

    def make_products(self, count: int = 20, *, stock: int = PLENTY) -> list[int]:
        """Of four categories, each with a price of its own."""
        return [
            self.make_product(
                (99 + n) / 100, name=f"P{n}", category=f"Class {n % 4}", stock=stock
            )
            for n in range(count)
        ]

    def make_order(self, *product_ids: int, customer: int = 1, **more: Any) -> Answer:
        items = [{"productId": id_, "quantity": 1} for id_ in product_ids]
        return self.post(
            "/api/orders", {"customerId": customer, "items": items, **more}
        )

    # --- databases and commands ---------------------------------------------------
    def write_db(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        return self._query("DATABASE_URL", query, values)

    def read_db(self, query: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        return self._query("READ_DATABASE_URL", query, values)

    def _query(
        self, url: str, query: LiteralString, values: tuple[object, ...]
    ) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.environment[url], autocommit=True) as connection:
            found = connection.execute(query, values or None)
            return found.fetchall() if found.description else []

    def manage(self, *arguments: str) -> CompletedProcess[str]:
        return run_manage(self.environment, *arguments)

    def wait_until_applied(self, seconds: float = DEADLINE_S) -> None:
        """Until every event of the outbox is published and applied or parked.

        Under load there is always one that is not: see `counts`.
        """
        eventually(lambda: self.unapplied() == 0, "all events are applied", seconds)

    def counts(self, order: int) -> bool:
        """Whether the order is counted by now; False while the database is away."""
        try:
            return bool(self.read_db(COUNTED, order))
        except psycopg.OperationalError:
            return False

    def unapplied(self) -> int | None:
        """Events neither applied nor parked; None while a database is away."""
        try:
            return self._unapplied()
        except psycopg.OperationalError:
            return None

    def _unapplied(self) -> int:
        parked = self.read_db(
            "SELECT event_id FROM dead_letters"
            " WHERE settled_at IS NULL AND event_id IS NOT NULL"
        )
        [(applied,)] = self.read_db("SELECT count(*) FROM processed_events")
        [(pending, sent)] = self.write_db(
            "SELECT count(*) FILTER (WHERE published_at IS NULL),"
            " count(*) FILTER (WHERE event_id <> ALL(%s)) FROM outbox",
            [event_id for (event_id,) in parked],
        )
        missing = int(pending or sent - applied)
        if pending or not 0 < missing < FEW:
            return missing
        return missing - self._overtaken()

    def _overtaken(self) -> int:
        """Product events that were lost, of which a newer one has told all."""
        known = self.read_db(
            "SELECT event_id FROM processed_events WHERE event_type LIKE 'Product%'"
        )
        versions = dict(self.read_db("SELECT product_id, version FROM product_catalog"))
        lost = self.write_db(
            "SELECT (payload->>'productId')::bigint, (payload->>'version')::int"
            " FROM outbox WHERE topic = 'product-events' AND event_id <> ALL(%s)",
            [event_id for (event_id,) in known],
        )
        return sum(version < versions.get(product, 0) for product, version in lost)
