"""Hours of load with faults that end no role: memory and descriptors stay flat."""

import signal
import time
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from statistics import median

from chaos import resources
from chaos.context import Chaos
from chaos.load import Load
from chaos.resources import Use
from chaos.row import Result
from chaos.system import LOSS, USUAL, System
from chaos.waiting import eventually

FIGURE = "1 hour with faults: at most 1 MB an hour and 2 descriptors more in any role"
ROLES = (*USUAL, "auditor")
RATE = 20.0  # orders a second
SAMPLE_S = 1.0
# What a role needs once (caches, prepared statements) is no growth.
WARM_UP = 0.25  # of the whole
STEEPEST_MB = 1.0  # an hour
MORE_DESCRIPTORS = 2
JUDGED_S = 1800.0  # in less time a slope tells nothing: only shown
PAUSE_S = 2.0  # that a role is stopped
STOPPABLE = ("consumer", "relay")
Samples = dict[str, list[tuple[float, Use]]]
WAITING = """
    SELECT 1 FROM outbox
    WHERE published_at IS NULL AND created_at < now() - interval '2 seconds' LIMIT 1
"""
END_SESSIONS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def soak(chaos: Chaos) -> Result:
    """As long as --minutes says, else a quarter of a minute, or an hour."""
    seconds = chaos.minutes * 60 or chaos.size(15.0, 3600.0)
    samples: Samples = {role: [] for role in ROLES}
    faults: Counter[str] = Counter()
    with chaos.system() as system:
        system.start(*ROLES)
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            _fill_batches(system, load, orders=chaos.size(20, 6_000))
            for fault in _faults(chaos, seconds, system, samples):
                chaos.step(fault)
                _break(system, fault)
                faults[fault.partition(" ")[0]] += 1
        accounting, found = chaos.prove(system, load)
        if LOSS in system.log("auditor"):
            found.append("the auditor has found lost events, and none was")
    figures: dict[str, object] = {"minutes": seconds / 60, **faults}
    judged = seconds >= JUDGED_S
    for role, taken in samples.items():
        tail = taken[int(len(taken) * WARM_UP) :]
        growth, more = _growth(tail)
        figures[f"{role} MB"] = tail[-1][1].memory_mb
        if judged:
            figures[f"{role} MB/h"] = growth
        figures[f"{role} descriptors"] = tail[-1][1].descriptors
        if judged and growth > STEEPEST_MB:
            found.append(f"I6: {role} grows by {growth:.2f} MB an hour")
        if judged and more > MORE_DESCRIPTORS:
            found.append(f"I6: {role} holds {more:g} descriptors more")
    return Result(figures, accounting, found)


def _fill_batches(system: System, load: Load, orders: int) -> None:
    """Some batches have piled up before both daemons, as fast as they can be placed.

    Memory that full batches have once needed is kept for the next: else a role would
    grow whenever a fault lasts longer than all before.
    """
    for role in STOPPABLE:
        system.roles[role].send_signal(signal.SIGSTOP)
    usual, load.pause = load.pause, 0.0
    load.wait_for(orders, seconds=300)
    load.pause = usual
    system.roles["relay"].send_signal(signal.SIGCONT)
    eventually(lambda: not system.write_db(WAITING), "published")
    system.roles["consumer"].send_signal(signal.SIGCONT)


def _faults(
    chaos: Chaos, seconds: float, system: System, samples: Samples
) -> Iterator[str]:
    """Takes samples; now and then a fault.

    Each kind in turn while the roles warm up: the first of a kind need more than all
    later ones. The processes of the query role took 1.0 MB for 16 lost sessions, and
    0.9 MB for the next 216.
    """
    kinds = ["broker", "write", "read", "sessions", *(f"pause {r}" for r in ROLES)]
    in_turn = cycle(chaos.dice.sample(kinds, k=len(kinds)))
    begun = time.monotonic()
    pace = chaos.size(3.0, 30.0)
    due = pace
    while (now := time.monotonic() - begun) < seconds:
        for role in ROLES:
            samples[role].append((now, resources.of(system.roles[role])))
        if now > due:
            due = now + chaos.dice.uniform(pace / 2, pace * 3 / 2)
            is_warm = now > seconds * WARM_UP
            yield chaos.dice.choice(kinds) if is_warm else next(in_turn)
        _until(begun + now + SAMPLE_S)


def _until(moment: float) -> None:
    eventually(lambda: time.monotonic() >= moment, "the next sample")


def _break(system: System, fault: str) -> None:
    servers = system.servers
    match fault.split():
        case ["broker"]:
            servers.rabbitmq.kill()
            servers.rabbitmq.start()
        case ["write"]:
            servers.write.restart(immediate=True)
        case ["read"]:
            servers.read.restart(immediate=True)
        case ["sessions"]:
            system.write_db(END_SESSIONS)
            system.read_db(END_SESSIONS)
        case ["pause", role]:
            system.roles[role].send_signal(signal.SIGSTOP)
            _until(time.monotonic() + PAUSE_S)
            system.roles[role].send_signal(signal.SIGCONT)


def _growth(taken: list[tuple[float, Use]]) -> tuple[float, float]:
    """MB an hour, and descriptors at the end beside those at the beginning."""
    third = max(1, len(taken) // 3)
    early = median(use.descriptors for _, use in taken[:third])
    late = median(use.descriptors for _, use in taken[-third:])
    growth = resources.slope([(when, use.memory_mb) for when, use in taken])
    return growth, late - early
