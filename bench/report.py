"""The table at the end, and the JSON file."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
from rich import box
from rich.table import Table

from bench.figures import Figure
from devstack.folder import ROOT

RESULTS = Path(__file__).parent / "results"
LATEST = "latest.json"


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """Where, when and of what; `cores` are those that the run could use."""

    at: datetime
    commit: str
    processor: str
    cores: int
    memory_gb: float
    system: str
    servers: str
    seconds: float
    figures: Sequence[Figure]


def describe(figures: Sequence[Figure], *, servers: str, seconds: float) -> Run:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Run(
        at=datetime.now(UTC).replace(microsecond=0),
        commit=_commit(),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=round(pages / 2**30, 1),
        system=f"{platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}",
        servers=servers,
        seconds=round(seconds),
        figures=figures,
    )


def write(run: Run, *, latest: bool) -> Path:
    """`latest`: this run is the one that docs/performance.md tells of."""
    RESULTS.mkdir(exist_ok=True)
    name = LATEST if latest else f"{run.at:%Y%m%dT%H%M%SZ}.json"
    path = RESULTS / name
    path.write_bytes(msgspec.json.format(msgspec.json.encode(run), indent=1) + b"\n")
    return path


def read(path: Path) -> Run:
    return msgspec.json.decode(path.read_bytes(), type=Run)


def table(figures: Sequence[Figure]) -> Table:
    made = Table("scenario", box=box.SIMPLE_HEAD)
    for heading in ("figure", "floor", "aim"):
        made.add_column(heading, justify="right")
    made.add_column("")
    made.add_column("absolute (median)")
    for each in figures:
        made.add_row(
            each.name, number(each.value, each.unit), *_limits(each), _told(each)
        )
    return made


def number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{text} {unit}".rstrip()


def _limits(figure: Figure) -> tuple[str, str, str]:
    goal = figure.goal
    if goal is None:
        return "", "", ""
    verdict = "aim" if figure.reaches_aim else "floor"
    return (
        f"{goal.floor:,g}",
        f"{goal.aim:,g}",
        verdict if figure.reaches_floor else "[bold red]missed[/]",
    )


def _told(figure: Figure) -> str:
    parts = [(name, median(found)) for name, found in figure.beside.items()]
    return "; ".join(f"{name}: {number(value, '')}" for name, value in parts)


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT
    )
    return done.stdout.strip()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()
