"""SIGKILL at named places of the code, and at the N-th system call of each daemon."""

import re
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

from chaos.context import Chaos
from chaos.errors import ChaosError
from chaos.load import Load
from chaos.mutants.poison import poison
from chaos.rebuilding import replay
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually
from devstack.debian import fetch
from devstack.folder import LOCAL, ROOT

FIGURE = "at least 30 places x hits 1 to 5, system calls 1 to 300: 0 violations"
HITS = range(1, 6)
CALL_NAMES = ("sendto", "recvfrom")
REPLAY = "replay"
ROOMS = ("commands_app", "messaging", "projections_app")
# The role that comes to the places of a module; "publisher" is the relay's, and so on.
ROLE_OF = {
    "relay": ("relay", "publisher", "amqp"),
    "consumer": (
        *("consumer", "subscriber", "redelivery", "projector", "dead_letters"),
        "amqp",
    ),
    "commands": (
        *("orders", "idempotency", "views", "cancellations", "refunds", "products"),
    ),
    REPLAY: ("replay", "rebuild", "catch_up", "swap"),
}
# What a process comes to once or twice, when it begins or ends; all else goes on.
SELDOM = {
    **dict.fromkeys(("relay.connected", "subscriber.consuming"), 1),
    **dict.fromkeys(("consumer.parked", "dead_letters.written"), 1),
    **dict.fromkeys(("redelivery.counted", "consumer.counted"), 1),
    **dict.fromkeys(("amqp.exchange_declared", "amqp.queue_declared"), 2),
    "rebuild.view_filled": 4,
}
RATE = 60.0  # orders a second
OTHERS = 0.3  # of the requests are reversals and changes
PLACE_S = 8.0  # a place that is not reached in this time is passed by
TRACED_S = 20.0  # strace slows the start
TOLD = 8  # places that were not reached
STRACE_HINT = "no strace: install it (Debian: apt install strace)"
STRACE_CACHE = LOCAL / "strace-programs"
# Who comes to these has died before, with messages in hand: once, and twice.
PRELUDE = {
    "redelivery.counted": ("projector.locked",),
    "consumer.counted": ("projector.locked", "projector.locked"),
}
POISONED = ("dead_letters", "consumer.parked")  # places that only poison comes to
# What is killed again and again on purpose is no poison.
SETTINGS = {"MAX_ATTEMPTS": "1000", "WEB_WORKERS": "1", "WEB_THREADS": "4"}


class Crash(NamedTuple):
    """Where a role is to die: at a named place, or at a system call."""

    role: str
    place: str
    hit: int
    is_call: bool

    def __str__(self) -> str:
        return f"{self.role} at {self.place}:{self.hit}"


def crash_points(chaos: Chaos) -> Result:
    """Row 3: a few of both kinds in the sample.

    A long run has all places and every third system call: three seeds in a row have
    them all.
    """
    places = [*named_places()]
    calls = [*system_calls(chaos.size(60, 300))][chaos.seed % 3 :: 3]
    chaos.dice.shuffle(places)
    chaos.dice.shuffle(calls)
    plan = places[: chaos.size(5, None)] + calls[: chaos.size(1, None)]
    figures: dict[str, object] = {"places": len({each.place for each in places})}
    result = Result(figures)
    missed: list[str] = []
    for part in parts(plan, chaos.size(len(plan), 60)):
        missed += _crash_all(chaos, part, result)
    figures |= {"crashes": len(plan) - len(missed), "of": len(plan)}
    if missed:
        figures["not reached"] = "; ".join(missed[:TOLD])
    return result


def _crash_all(chaos: Chaos, plan: Sequence[Crash], result: Result) -> list[str]:
    """Those that were not reached; violations and accounting go to the result."""
    missed: list[str] = []
    with chaos.system(**SETTINGS) as system:
        system.start("commands", "relay", "consumer")
        load = Load(
            system,
            system.make_products(),
            seed=chaos.seed,
            rate=RATE,
            others=OTHERS,
        )
        parked = 0
        with load.running():
            for crash in plan:
                chaos.step(str(crash))
                if crash.place.startswith(POISONED):
                    parked += crash.hit
                    poison(system, crash.hit)
                if not _crash(system, crash, TRACED_S if crash.is_call else PLACE_S):
                    missed.append(str(crash))
        accounting, violations = chaos.prove(system, load, parked)
    before = result.accounting
    result.accounting = before.plus(accounting) if before else accounting
    result.violations += [f"{each} (after {plan[0]} ...)" for each in violations]
    return missed


def _crash(system: System, crash: Crash, patience: float) -> bool:
    """Whether the role died by itself; it is started again without the fault."""
    if crash.role == REPLAY:
        source = "outbox" if crash.hit % 2 else "ledger"
        code = replay(system, source, FAIL_POINT=f"{crash.place}:{crash.hit}").wait(60)
        return code == -signal.SIGKILL
    system.roles[crash.role].kill()
    for place in PRELUDE.get(crash.place, ()):
        system.launch(crash.role, {"FAIL_POINT": place})
        _dies(system, crash, patience)
    if crash.is_call:
        system.launch(crash.role, wrapper=traced(crash))
    else:
        system.launch(crash.role, {"FAIL_POINT": f"{crash.place}:{crash.hit}"})
    died = _dies(system, crash, patience)
    system.roles[crash.role].kill()
    if crash.role == "commands":
        system.start(crash.role)
    else:
        system.launch(crash.role)
    eventually(lambda: system.roles[crash.role].running, f"{crash.role} runs")
    return died


def _dies(system: System, crash: Crash, patience: float) -> bool:
    role, end = system.roles[crash.role], time.monotonic() + patience
    while role.running and time.monotonic() < end:
        time.sleep(0.01)
        if crash.place == "products.created":
            with suppress(OSError, ValueError, ChaosError):
                system.make_product()
    return not role.running


# --- where ------------------------------------------------------------------------
def named_places() -> Iterator[Crash]:
    for name, hit in product(all_places(), HITS):
        module, _, _ = name.partition(".")
        for role, modules in ROLE_OF.items():
            most = SELDOM.get(name, 1 if role == REPLAY else HITS[-1])
            if module in modules and hit <= most:
                yield Crash(role, name, hit, is_call=False)


@cache
def all_places() -> list[str]:
    """As the code has them; each name stands there once."""
    text = "".join(
        path.read_text()
        for room in ROOMS
        for path in sorted((ROOT / room).glob("*.py"))
    )
    return re.findall(r'fail_point\("([a-z_.]+)"\)', text)


def system_calls(most: int) -> Iterator[Crash]:
    numbers = range(1, most + 1)
    for role, call, number in product(("relay", "consumer"), CALL_NAMES, numbers):
        yield Crash(role, call, number, is_call=True)


def traced(crash: Crash) -> list[str]:
    """Without --seccomp-bpf: strace 6.1 then forgets to inject signals."""
    inject = f"inject={crash.place}:signal=KILL:when={crash.hit}"
    trace = ["-e", f"trace={crash.place}", "-e", inject]
    return [strace(), "-f", "-qq", "-o", "/dev/null", *trace]


@cache
def strace() -> str:
    """An installed one, else Debian's package unpacked in the folder."""
    if found := shutil.which("strace"):
        return found
    if not STRACE_CACHE.exists():
        fetch("strace", into=STRACE_CACHE, keep=("strace",), hint=STRACE_HINT)
    program: Path = STRACE_CACHE / "usr/bin/strace"
    if not program.exists():
        raise ChaosError(STRACE_HINT)
    return str(program)


def parts(plan: Sequence[Crash], size: int) -> Iterator[Sequence[Crash]]:
    for begin in range(0, len(plan), size):
        yield plan[begin : begin + size]
