"""SIGTERM under load: what is in hand is finished, and the next start goes on."""

import signal
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from subprocess import TimeoutExpired

from chaos.context import Chaos
from chaos.load import Load
from chaos.proxy import Deliveries, Proxy
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually
from devstack.process import Process

FIGURE = (
    "each role 100 times: exit 0 within 10 s, no 5xx, no message handed out twice"
    ", the next start goes on"
)
LIMIT_S = 10.0
ROLES = ("commands", "queries", "relay", "consumer")
RATE = 100.0  # orders a second
BETWEEN = 10  # orders from one stop to the next


def sigterm(chaos: Chaos) -> Result:
    """Row 5."""
    rounds = chaos.size(2, 100)
    slowest = dict.fromkeys(ROLES, 0.0)
    problems: list[str] = []
    handed_out = Deliveries()
    with (
        chaos.system() as system,
        Proxy.to(system.broker_url, tap=handed_out) as broker,
    ):
        system.environment["BROKER_URL"] = broker.lead(system.broker_url)
        system.start()
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            for number in range(rounds):
                chaos.step(f"round {number + 1} of {rounds}")
                for role in chaos.dice.sample(ROLES, k=len(ROLES)):
                    load.wait_for(BETWEEN)
                    taken = _end(system, role, problems)
                    slowest[role] = max(slowest[role], taken)
                    system.start(role)
            load.wait_for(BETWEEN)
        accounting, found = chaos.prove(system, load)
        problems += _seen_on_the_way(system, handed_out)
    errors = sum(n for status, n in load.answers.items() if status >= 500)
    if errors:
        problems.append(f"{errors} answers of 5xx")
    figures = {
        "stops": rounds * len(ROLES),
        **{f"slowest {role} s": seconds for role, seconds in slowest.items()},
        "5xx": errors,
        "refused": load.answers[0] - load.cut_off,
        "cut off": load.cut_off,
        "handed out twice": handed_out.again,
        "taken back unseen": handed_out.marked - handed_out.again,
    }
    return Result(figures, accounting, problems + found)


def _seen_on_the_way(system: System, handed_out: Deliveries) -> Iterator[str]:
    """What is wrong with it; what was applied must have been seen."""
    applied = system.read_db("SELECT event_id::text FROM processed_events")
    if unseen := {event_id for (event_id,) in applied} - handed_out.times.keys():
        yield f"{len(unseen)} applied messages were not seen on the way"
    if handed_out.again:
        yield f"{handed_out.again} messages were handed out twice"


def _end(system: System, role: str, problems: list[str]) -> float:
    """Seconds from SIGTERM to the end of the process."""
    process = system.roles[role]
    eventually(partial(handles_sigterm, process), f"{role} has begun")
    begun = time.monotonic()
    process.terminate()
    try:
        status = process.wait(LIMIT_S)
        if status:
            problems.append(f"{role} ended with {status}")
    except TimeoutExpired:
        problems.append(f"{role} did not end within {LIMIT_S:g} s")
    process.kill()
    return time.monotonic() - begun


def handles_sigterm(process: Process) -> bool:
    """Whether the interpreter has come to the first line of ours."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    [caught] = [line.split()[1] for line in status.splitlines() if "SigCgt" in line]
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)
