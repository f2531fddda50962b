"""What a row is given: servers, a seed, how long it may take, a folder."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from chaos.accounting import Accounting
from chaos.invariants import prove
from chaos.load import Load
from chaos.servers import Servers
from chaos.system import System

T = TypeVar("T")


class Watcher(Protocol):
    def step(self, what: str) -> None: ...


@dataclass(kw_only=True)
class Chaos:
    """`dice` are this row's own: what one row draws changes no other row."""

    servers: Servers
    row: str
    seed: int
    long: bool
    folder: Path
    watcher: Watcher
    minutes: float = 0.0  # how long the soak lasts; 0: its own time
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"{self.seed} row {self.row}")

    def size(self, sample: T, long: T) -> T:
        return long if self.long else sample

    def step(self, what: str) -> None:
        self.watcher.step(what)

    @contextmanager
    def system(self, **settings: str) -> Iterator[System]:
        """A fresh system; its roles end and its data go when the block ends."""
        system = System(self.servers, self.folder, **settings)
        try:
            yield system
        finally:
            system.stop(grace=0)
            self.servers.mend()
            self.servers.drop(system.name)

    def prove(
        self, system: System, load: Load, parked: int = 0
    ) -> tuple[Accounting, list[str]]:
        """Lets all be applied, then accounts and checks every invariant.

        Relay and consumer are started if none runs; in the end all are stopped.
        """
        self.step("proving")
        return prove(system, load, parked=parked)
