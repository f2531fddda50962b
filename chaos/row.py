"""A row of the table: a numbered experiment, what it has to reach, what it found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from chaos.accounting import Accounting

if TYPE_CHECKING:
    from chaos.context import Chaos


@dataclass
class Result:
    """`figures` are shown as they are; the row holds if there are no violations."""

    figures: Mapping[str, object] = field(default_factory=dict)
    accounting: Accounting | None = None
    violations: list[str] = field(default_factory=list)

    @property
    def held(self) -> bool:
        return not self.violations


class Row(NamedTuple):
    """`figure` tells in words what has to be reached."""

    number: str
    name: str
    figure: str
    run: "Callable[[Chaos], Result]"
