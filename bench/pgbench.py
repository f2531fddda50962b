"""The yardstick of the orders: the statements of `place_orders`, sent by pgbench."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from bench.errors import BenchError
from devstack.errors import NotInstalled
from devstack.folder import ROOT

CLIENTS = 8
MOST_LINES = 4


def write_scripts(
    folder: Path, environment: Mapping[str, str], *, products: int
) -> list[Path]:
    """One for orders of each number of lines."""
    module = "bench.workers.order_scripts"
    command = [sys.executable, "-m", module, str(folder), str(products)]
    subprocess.run([*command, str(MOST_LINES)], check=True, env=environment, cwd=ROOT)
    return sorted(folder.glob("order-*.sql"))


def rate(binaries: Path, url: str, scripts: list[Path], *, seconds: int) -> float:
    """Orders a second."""
    program = binaries / "pgbench"
    if not program.exists():
        raise NotInstalled(f"there is no pgbench beside PostgreSQL in {binaries}")
    command = [str(program), "--no-vacuum", "--protocol=prepared"]
    command += [f"--client={CLIENTS}", f"--time={seconds}"]
    command += [f"--file={script}" for script in scripts]
    done = subprocess.run([*command, url], check=False, capture_output=True, text=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    failed = re.search(r"failed transactions: ([1-9]\d*)", done.stdout)
    if done.returncode or failed or not found:
        raise BenchError(f"pgbench failed: {done.stdout}{done.stderr}")
    return float(found[1])
