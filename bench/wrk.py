"""The load generator: wrk with a script, and what it reports."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bench.errors import BenchError, Failed
from devstack.debian import fetch
from devstack.folder import LOCAL

LUA = Path(__file__).parent / "lua"
CACHE = LOCAL / "wrk-programs"
HINT = "no wrk: install it (Debian: apt install wrk; macOS: brew install wrk)"
TIMEOUT_S = 30  # for one answer


class Load(NamedTuple):
    rate: float  # answers a second
    p50: float  # ms
    p99: float  # ms


def run(
    script: str,
    url: str,
    *,
    seconds: float,
    connections: int,
    arguments: Sequence[object] = (),
) -> Load:
    """Drives `url` from one thread. Raises Failed if any answer was no success."""
    command, environment = _program()
    command += ["-t1", f"-c{connections}", f"-d{seconds:g}s", f"--timeout={TIMEOUT_S}s"]
    command += ["-s", str(LUA / f"{script}.lua"), url, "--"]
    command += [str(argument) for argument in arguments]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, env=environment, cwd=LUA
    )
    if done.returncode:
        raise BenchError(f"wrk failed: {done.stderr.strip()}")
    return _load(done.stdout, url)


def _load(output: str, url: str) -> Load:
    line = next(line for line in output.splitlines() if line.startswith("{"))
    report: dict[str, Any] = json.loads(line)
    if report["failed"]:
        failed, asked = report["failed"], report["requests"]
        raise Failed(f"{failed} of {asked} requests to {url} failed")
    return Load(
        rate=report["requests"] / report["duration"] * 1e6,
        p50=report["p50"] / 1e3,
        p99=report["p99"] / 1e3,
    )


def _program() -> tuple[list[str], dict[str, str]]:
    """An installed wrk, else Debian's package unpacked in the folder."""
    environment = dict(os.environ)
    if found := shutil.which("wrk"):
        return [found], environment
    if not CACHE.exists():
        fetch("wrk", into=CACHE, keep=("wrk", "libluajit"), hint=HINT)
    libraries = {str(path.parent) for path in CACHE.glob("usr/lib/**/libluajit*")}
    environment["LD_LIBRARY_PATH"] = os.pathsep.join(libraries)
    return [str(CACHE / "usr/bin/wrk")], environment
