"""A new version beside the old one, under load, until the old one is not needed."""

import time
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import LiteralString

from chaos import releases
from chaos.answers import ask
from chaos.context import Chaos
from chaos.front import Front
from chaos.load import Load
from chaos.rebuilding import Reader, replay
from chaos.row import Result
from chaos.rows.drains import LIMIT_S
from chaos.servers import administer, migrate
from chaos.system import System
from chaos.waiting import eventually
from devstack.ports import free_port

FIGURE = (
    "200 orders/s and reads through the proxy while the previous version is replaced:"
    " no failed request, no mixed answer, each version reads the other's events"
)
RATE = 200.0  # orders a second
BATCH = 2
REPLAY_S = 120.0
WEB = ("commands", "queries")
DAEMONS = ("relay", "consumer")
PORTS = {"commands": "COMMAND_SERVICE_PORT", "queries": "QUERY_SERVICE_PORT"}
SOLD: LiteralString = "SELECT 1 FROM product_sales_view LIMIT 1"
_numbers = count(1)


@dataclass(frozen=True)
class Version:
    """Its processes are named with its suffix: relay, relay2."""

    system: System
    tree: Path
    suffix: str
    ports: dict[str, int]

    def start(self, *roles: str) -> None:
        for role in roles:
            moved = {PORTS[role]: str(self.ports[role])} if role in WEB else {}
            self.system.launch(f"{role}{self.suffix}", moved, root=self.tree)
        for role in set(WEB) & set(roles):
            eventually(partial(self._answers, role), f"{role}{self.suffix} answers")

    def _answers(self, role: str) -> bool:
        try:
            return ask(self.ports[role], "GET", "/health/ready", None, {}).status == 200
        except OSError:
            return False

    def end(self, *roles: str) -> list[str]:
        """SIGTERM; what was wrong with how they ended."""
        chosen = [self.system.roles[f"{role}{self.suffix}"] for role in roles]
        for process in chosen:
            process.terminate()
        ends = {process.name: process.wait(LIMIT_S) for process in chosen}
        return [f"{name} ended with {code}" for name, code in ends.items() if code]


@dataclass(frozen=True)
class Upgrade:
    chaos: Chaos
    system: System
    front: Front
    load: Load
    old: Version
    new: Version

    def run(self) -> tuple[float, list[str]]:
        """How long the migrations took; what went wrong."""
        self.pause("before")
        self.chaos.step("migrating")
        begun = time.monotonic()
        migrate(self.system.environment, self.new.tree)
        migrated = time.monotonic() - begun
        self.new.start(*WEB)
        self.lead_to(self.old, self.new)
        self.pause("both versions")
        self.lead_to(self.new)
        self.pause("new web roles, old daemons")
        self.new.start(*DAEMONS)
        wrong = self.old.end(*DAEMONS)
        self.lead_to(self.old)
        self.pause("old web roles, new daemons")
        self.lead_to(self.new)
        wrong += self.old.end(*WEB)
        self.pause("after")
        return migrated, wrong + self.fill()

    def fill(self) -> list[str]:
        """Tables and columns that are new know nothing of what came before them."""
        self.chaos.step("filling what is new")
        code = replay(self.system, "ledger", root=self.new.tree).wait(REPLAY_S)
        return [f"the replay ended with {code}"] if code else []

    def lead_to(self, *versions: Version) -> None:
        ports = {role: [each.ports[role] for each in versions] for role in WEB}
        self.front.lead_to(ports)

    def pause(self, what: str) -> None:
        """Some orders, and until those that were placed by now are seen."""
        self.chaos.step(what)
        self.load.wait_for(self.chaos.size(60, 4000), seconds=120)
        self.load.wait_until_counted()


def upgrade(chaos: Chaos) -> Result:
    folder = chaos.folder / f"upgrade{next(_numbers)}"
    pair = releases.pair(folder / "releases")
    with chaos.system() as system:
        _start_over(system, pair.before)
        front = Front(folder / "front", system.ports)
        try:
            return _under_load(chaos, system, front, pair)
        finally:
            front.stop()


def _under_load(
    chaos: Chaos, system: System, front: Front, pair: releases.Pair
) -> Result:
    old, new = (
        Version(system, tree, suffix, {role: free_port() for role in WEB})
        for tree, suffix in ((pair.before, ""), (pair.after, "2"))
    )
    old.start(*WEB, *DAEMONS)
    front.lead_to({role: [old.ports[role]] for role in WEB})
    for role in WEB:
        eventually(partial(system.answers, role), f"{role} answers")
    products = [system.make_product(1, category=f"C{n % 4}") for n in range(20)]
    load = Load(system, products, seed=chaos.seed, rate=RATE, batch=BATCH, others=0.0)
    reader = Reader(system, products)
    with load.running():
        eventually(partial(system.read_db, SOLD), "the first order is seen")
        reader.start()
        migrated, violations = Upgrade(chaos, system, front, load, old, new).run()
        reader.stop()
    accounting, found = chaos.prove(system, load)
    failed = sum(n for status, n in load.answers.items() if status not in (200, 201))
    if failed:
        violations.append(f"{failed} requests failed: {dict(load.answers)}")
    figures = {
        "from": pair.name,
        "requests": load.answers.total(),
        "failed": failed,
        "answers read": reader.looks,
        "migrations s": migrated,
        "slowest order ms": 1000 * max(seconds for _, seconds, _ in load.times),
    }
    return Result(figures, accounting, [*violations, *reader.problems, *found])


def _start_over(system: System, tree: Path) -> None:
    """Databases with the tables of that version, in place of today's."""
    for server in (system.servers.write, system.servers.read):
        administer(server, "DROP DATABASE {} WITH (FORCE)", system.name)
        administer(server, "CREATE DATABASE {}", system.name)
    migrate(system.environment, tree)
