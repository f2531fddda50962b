"""What the roles cost while nothing happens, and how soon they are awake again."""

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack

import psutil

from bench.context import Bench
from bench.figures import Figure, absolute
from bench.scenarios.freshness import Prober
from bench.system import System
from devstack.roles import ROLES

QUIET_S = 60
SHORT_QUIETS_S = (4, 4, 4, 4)  # the daemons' pauses are at their longest by then


def idle(bench: Bench) -> Sequence[Figure]:
    with ExitStack() as stack:
        system = None
        if not bench.given:
            system = stack.enter_context(bench.system("idle", *ROLES))
        target = bench.target_of(system) if system else bench.given
        assert target  # noqa: S101 (one of both)
        prober = stack.enter_context(Prober(target))
        prober.probe()
        prober.rest()
        bench.watcher.step(f"{QUIET_S} s of quiet")
        before = processor_seconds(system)
        time.sleep(QUIET_S)
        after = processor_seconds(system)
        waits = [prober.probe()]
        for pause in SHORT_QUIETS_S:
            prober.rest()
            time.sleep(pause)
            waits.append(prober.probe())
    judged = not bench.given
    awake = absolute("freshness after idle", waits, judged=judged)
    return [*_cost(before, after), awake]


def processor_seconds(system: System | None) -> dict[str, float]:
    """Of every role, its children included."""
    if system is None:
        return {}
    return {name: _seconds(role.pid or 0) for name, role in system.roles.items()}


def _seconds(pid: int) -> float:
    root = psutil.Process(pid)
    times = [each.cpu_times() for each in [root, *root.children(recursive=True)]]
    return sum(each.user + each.system for each in times)


def _cost(before: Mapping[str, float], after: Mapping[str, float]) -> list[Figure]:
    if not before:
        return []
    percent = {name: 100 * (after[name] - before[name]) / QUIET_S for name in before}
    beside = {f"{name}, %": [value] for name, value in percent.items()}
    return [absolute("idle cost", [sum(percent.values())], beside=beside)]
