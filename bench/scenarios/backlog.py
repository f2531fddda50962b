"""What waits in the outbox: how fast it drains, and what memory that takes."""

import time
from collections.abc import Sequence

import psutil

from bench import seed
from bench.context import Bench
from bench.errors import BenchError, Inexact
from bench.figures import Figure, absolute
from bench.servers import SMALL, connect
from bench.system import System
from devstack.roles import ROLES

DRAINED = 100_000  # orders
DRAINED_WITHIN_S = 300
BACKLOG = 1_000_000  # events
WATCHED_S = 20
VISIBLE = "SELECT sum(total_orders)::bigint FROM hourly_sales_view"


def drain(bench: Bench) -> Sequence[Figure]:
    """From the commit that makes all of them appear at once, all roles running."""
    with bench.system("drain", *ROLES) as system:
        bench.watcher.step(f"writing {DRAINED:,} orders")
        seed.pending(system.environment, SMALL + 1, SMALL + DRAINED, vacuum=False)
        begun = time.monotonic()
        bench.watcher.step("draining")
        with connect(system.environment, "READ_DATABASE_URL") as read:
            while read.execute(VISIBLE).fetchone() != (SMALL + DRAINED,):
                if time.monotonic() - begun > DRAINED_WITHIN_S:
                    raise BenchError(f"{DRAINED:,} orders did not drain")
                time.sleep(0.1)
        rate = DRAINED / (time.monotonic() - begun)
    return [absolute("drain", [rate])]


def memory(bench: Bench) -> Sequence[Figure]:
    """Relay and consumer at work on a backlog that does not end meanwhile."""
    used: dict[str, list[float]] = {"relay": [], "consumer": []}
    system = System(bench.servers, "memory")
    try:
        bench.watcher.step(f"writing {BACKLOG:,} orders")
        seed.pending(system.environment, SMALL + 1, SMALL + BACKLOG, lines=1)
        system.start(*used)
        bench.watcher.step(f"watching for {WATCHED_S} s")
        deadline = time.monotonic() + WATCHED_S
        while time.monotonic() < deadline:
            time.sleep(0.5)
            for role, samples in used.items():
                samples.append(_resident(system, role))
        system.stop()
        bench.watcher.step("reconcile")
        done = system.reconcile()  # what is still on its way is no difference
        if done.returncode:
            raise Inexact(done.stdout + done.stderr)
    finally:
        system.stop()
        bench.servers.drop("memory")
    return [
        absolute(f"memory, {role}", [max(samples)], beside={"MB": samples})
        for role, samples in used.items()
    ]


def _resident(system: System, role: str) -> float:
    """Megabytes."""
    return float(psutil.Process(system.roles[role].pid).memory_info().rss) / 1e6
