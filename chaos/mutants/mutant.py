"""A planted bug: words of the source, replaced in a private copy of the tree."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from chaos.context import Chaos
from chaos.errors import ChaosError
from devstack.folder import ROOT

# What roles are made of; tests, harness and stack stay at home.
ROOMS = (
    *("analytics_project", "commands_app", "messaging", "projections_app"),
    *("queries_app", "manage.py"),
)

# Ends with whatever it found wrong of the tree.
Workload = Callable[[Chaos, Path], list[str]]


class Stale(ChaosError):
    """The source no longer has the words that a mutant replaces."""


class Edit(NamedTuple):
    file: str
    old: str
    new: str


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """`breaks` says what a careless change forgot."""

    name: str
    breaks: str
    edits: tuple[Edit, ...]
    workload: Workload


def copied(target: Path) -> Path:
    """The rooms as they stand, in an empty folder."""
    target.mkdir()
    for name in ROOMS:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy(source, target)
    return target


def plant(mutant: Mutant, tree: Path) -> None:
    """Raises Stale unless each of the words stands in its file exactly once."""
    for file, old, new in mutant.edits:
        path = tree / file
        text = path.read_text()
        if text.count(old) != 1:
            raise Stale(f"{mutant.name}: {file} has {text.count(old)} times: {old}")
        path.write_text(text.replace(old, new))


def mutant(name: str, breaks: str, workload: Workload, *edits: Edit) -> Mutant:
    return Mutant(name=name, breaks=breaks, edits=edits, workload=workload)
