"""Memory and descriptors of a role: of all processes in its session."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import linear_regression
from typing import NamedTuple

from devstack.process import Process

PROC = Path("/proc")
SESSION = 3  # among the fields of /proc/PID/stat that follow the command's name
PAGES_TO_MB = 4096 / 1e6


class Use(NamedTuple):
    # Resident: what processes share is counted in each. So this is more than they take,
    # and a page that one of them comes to have for itself is no growth.
    memory_mb: float
    descriptors: int


def of(role: Process) -> Use:
    """A process that ends meanwhile is left out."""
    found = [_of(entry) for entry in _session(role.pid or -1)]
    return Use(sum(each.memory_mb for each in found), sum(d for _, d in found))


def _session(leader: int) -> Iterator[Path]:
    for entry in PROC.glob("[0-9]*"):
        try:
            fields = entry.joinpath("stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[SESSION]) == leader:
            yield entry


def _of(entry: Path) -> Use:
    try:
        pages = int(entry.joinpath("statm").read_text().split()[1])
        return Use(pages * PAGES_TO_MB, len(list(entry.joinpath("fd").iterdir())))
    except OSError:
        return Use(0.0, 0)


def slope(samples: Sequence[tuple[float, float]]) -> float:
    """Growth an hour, by least squares; samples are seconds and values."""
    seconds, values = zip(*samples, strict=True)
    return linear_regression(seconds, values).slope * 3600
