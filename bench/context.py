"""What a scenario is given: servers or somebody's addresses, rounds, and a watcher."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import seed
from bench.progress import Watcher
from bench.servers import BIG, PRODUCTS, SMALL, Servers
from bench.system import System, system
from bench.target import Target, write_ids

HOT_PRODUCTS = 50


@dataclass(kw_only=True)
class Bench:
    watcher: Watcher
    rounds: int
    seconds: int  # of load in each round
    folder: Path
    given: Target | None = None  # somebody else's system; there are no servers then
    _servers: Servers | None = None
    _big: System | None = field(default=None, init=False)

    @property
    def servers(self) -> Servers:
        """Started when first asked for."""
        if self._servers is None:
            self.watcher.step("starting PostgreSQL and RabbitMQ")
            self._servers = Servers(self.folder)
            self._servers.start()
        return self._servers

    def stop(self) -> None:
        if self._servers:
            self._servers.stop()

    def each_round(self) -> Iterator[int]:
        for number in range(1, self.rounds + 1):
            self.watcher.step(f"round {number} of {self.rounds}")
            yield number

    @contextmanager
    def system(self, name: str, *roles: str) -> Iterator[System]:
        """Proven exact at the end."""
        with system(self.servers, name) as made:
            if roles:
                made.start(*roles)
            yield made
            self.watcher.step("reconcile")

    @contextmanager
    def target(self, name: str, *roles: str) -> Iterator[Target]:
        """The system given, or one of our own of these roles."""
        if self.given:
            yield self.given
            return
        with self.system(name, *roles) as made:
            yield self.target_of(made)

    def target_of(self, made: System) -> Target:
        ids = list(range(1, PRODUCTS + 1))
        return Target(
            made.command_url,
            made.query_url,
            write_ids(self.folder / "products", ids),
            write_ids(self.folder / "hot", ids[:HOT_PRODUCTS]),
        )

    @property
    def big(self) -> System:
        """A system with BIG orders of one line each, made once."""
        if self._big is None:
            self._big = System(self.servers, "big")
            self.watcher.step(f"writing {BIG:,} orders")
            seed.applied(self._big.environment, SMALL + 1, BIG, lines=1)
            self.servers.checkpoint()
        return self._big
