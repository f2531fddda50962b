"""SIGKILL at named places of the code, and at the N-th system call of each daemon."""

import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from chaos.context import Chaos
from chaos.crash_places import REPLAY, Crash, named_places, system_calls, traced
from chaos.errors import ChaosError
from chaos.load import Load
from chaos.mutants.poison import poison
from chaos.rebuilding import replay
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

FIGURE = "at least 30 places x hits 1 to 5, system calls 1 to 300: 0 violations"
RATE = 60.0  # orders a second
OTHERS = 0.3  # of the requests are reversals and changes
PLACE_S = 8.0  # a place that is not reached in this time is passed by
TRACED_S = 20.0  # strace slows the start
TOLD = 8  # places that were not reached
# Who comes to these has died before, with messages in hand: once, and twice.
PRELUDE = {
    "redelivery.counted": ("projector.locked",),
    "consumer.counted": ("projector.locked", "projector.locked"),
}
POISONED = ("dead_letters", "consumer.parked")  # places that only poison comes to
# What is killed again and again on purpose is no poison.
SETTINGS = {"MAX_ATTEMPTS": "1000", "WEB_WORKERS": "1", "WEB_THREADS": "4"}


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


def parts(plan: Sequence[Crash], size: int) -> Iterator[Sequence[Crash]]:
    for begin in range(0, len(plan), size):
        yield plan[begin : begin + size]
