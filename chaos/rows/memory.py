"""Little memory: a backlog that does not fit, and limits that the kernel holds."""

import errno
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import partial

from bench import seed
from chaos import resources
from chaos.cgroups import Cgroup, cgroup
from chaos.context import Chaos
from chaos.errors import TooLate, Unexpected
from chaos.invariants import violations
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually, meanwhile

BACKLOG_FIGURE = (
    "2 million events: consumer <= 150 MB, relay <= 120 MB, lag true to a second"
)
CAPS_FIGURE = "192 MB for each role: 0 OOM kills; OOM kills at 64 MB or less: exact"

PRODUCTS = 1_000
CONSUMER_MB, RELAY_MB = 150.0, 120.0
LAG_S = 1.0  # what is told is a whole number of seconds, rounded down
LOOK_S = 0.2
CAP_MB = 192
# The first that is not enough kills; fewer steps in the sample.
TIGHT_MB = ((64, 32, 24), (64, 48, 32, 24))
PATIENCE_S = 3.0  # for a role that starts to use its memory
ROLES = ("commands", "queries", "relay", "consumer")
RATE = 60.0  # orders a second


# --- row 18 -----------------------------------------------------------------------
def backlog(chaos: Chaos) -> Result:
    """Orders that appear all at once, while all roles run."""
    orders = chaos.size(20_000, 2_000_000)
    peaks = {"relay": 0.0, "consumer": 0.0}
    errors: list[float] = []
    with chaos.system() as system:
        system.start("queries", "relay", "consumer")
        seed.products(system.environment, PRODUCTS)
        chaos.step(f"{orders} orders")
        seed.pending(system.environment, 1, orders, lines=1, vacuum=False)
        committed = begun = time.monotonic()
        while left := system.unapplied():
            chaos.step(f"{left} events are left")
            for role in ("relay", "consumer"):
                memory = resources.of(system.roles[role]).memory_mb
                peaks[role] = max(peaks[role], memory)
            asked = time.monotonic() - committed
            lag = system.get("/api/analytics/sync-status").body["lagSeconds"]
            answered = time.monotonic() - committed
            if system.unapplied():
                # True at some moment between question and answer.
                errors.append(lag - min(max(lag, asked), answered))
            time.sleep(LOOK_S)
        seconds = time.monotonic() - begun
        found = violations(system)
    if peaks["consumer"] > CONSUMER_MB or peaks["relay"] > RELAY_MB:
        found.append(
            f"relay {peaks['relay']:.0f} MB, consumer {peaks['consumer']:.0f} MB"
        )
    if worst := [each for each in errors if not -1 - LAG_S <= each <= LAG_S]:
        found.append(f"the lag was told up to {max(worst, key=abs):.1f} s wrong")
    figures: dict[str, object] = {
        "events": orders,
        "drained in s": seconds,
        "relay MB": peaks["relay"],
        "consumer MB": peaks["consumer"],
        "lag told too high by s": max(errors, default=0.0),
        "too low by s": -min(errors, default=0.0),
    }
    return Result(figures, violations=found)


# --- row 19 -----------------------------------------------------------------------
def caps(chaos: Chaos) -> Result:
    """First what must be enough, then what cannot be, then what is enough again."""
    orders = chaos.size(100, 1_000)
    figures: dict[str, object] = {}
    with ExitStack() as stack:
        groups = {role: stack.enter_context(cgroup(role, CAP_MB)) for role in ROLES}
        system = stack.enter_context(chaos.system())
        for role in ROLES:
            system.launch(role)
            groups[role].add(system.roles[role].pid)
        for role in ("commands", "queries"):
            eventually(partial(system.answers, role), f"{role} answers")
        tight: dict[str, int] = {}
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running(), meanwhile(partial(_supervise, system, groups)):
            load.wait_for(orders)
            load.wait_until_counted()
            enough = {role: group.kills for role, group in groups.items()}
            figures |= {f"{role} MB": groups[role].peak_mb for role in ROLES}
            for role in ROLES:
                chaos.step(f"too little memory for {role}")
                tight[role] = _starve(system, role, groups[role], chaos.size(*TIGHT_MB))
                groups[role].limit(CAP_MB)
            load.wait_for(orders)
        accounting, found = chaos.prove(system, load)
        killed = {r: group.kills - enough[r] for r, group in groups.items()}
        system.stop()
    figures |= {f"OOM kills at {CAP_MB} MB": sum(enough.values())}
    figures |= {"OOM kills below": sum(killed.values())}
    figures |= {f"{role} killed at MB": tight[role] for role in ROLES}
    found += [f"OOM kill of {r} at {CAP_MB} MB" for r, n in enough.items() if n]
    return Result(figures, accounting, found)


def _starve(system: System, role: str, group: Cgroup, limits: Sequence[int]) -> int:
    """Starts the role with less and less until it is killed; with how many MB."""
    before = group.kills
    for megabytes in limits:
        eventually(partial(_tighten, system, role, group, megabytes), "a limit")
        with suppress(TooLate):
            eventually(lambda: group.kills > before, "an OOM kill", PATIENCE_S)
            return megabytes
    raise Unexpected(f"{role} lives with {megabytes} MB")


def _tighten(system: System, role: str, group: Cgroup, megabytes: int) -> bool:
    """Whether the limit holds: the kernel refuses one below what is in use."""
    system.roles[role].kill()  # its supervisor starts it again
    try:
        group.limit(megabytes)
    except OSError as error:
        if error.errno != errno.EBUSY:
            raise
        return False
    return True


def _supervise(system: System, groups: dict[str, Cgroup]) -> None:
    """Starts a role again that has ended, under the same limit."""
    for role, group in groups.items():
        if not system.roles[role].running:
            system.roles[role].start()
            group.add(system.roles[role].pid)
