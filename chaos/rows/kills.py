"""SIGKILL for every role, the broker and both databases, while orders come in."""

import random
import time
from collections import Counter
from itertools import cycle

from chaos import queues
from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.system import System

FIGURE = "250 kills over 100,000 orders: 0 lost, 0 doubled, 0.00 off in every row"
LONG_FIGURE = "1,000 kills over 400,000 orders: 0 lost, 0 doubled, 0.00 off"
ROLES = ("commands", "relay", "relay2", "consumer", "consumer2")
BATCH = 20


def storm(chaos: Chaos) -> Result:
    """Row 1: in the sample a tenth of it."""
    return _storm(
        chaos,
        orders=chaos.size(6_000, 100_000),
        roles=chaos.size(22, 242),
        brokers=chaos.size(1, 3),
        databases=chaos.size(2, 5),
    )


def long_storm(chaos: Chaos) -> Result:
    """Row 2: with single orders in the sample, the size of line c in the long run."""
    return _storm(
        chaos,
        orders=chaos.size(1_000, 400_000),
        roles=chaos.size(10, 976),
        brokers=chaos.size(0, 8),
        databases=chaos.size(1, 16),
        batch=chaos.size(0, BATCH),
    )


def _storm(
    chaos: Chaos,
    *,
    orders: int,
    roles: int,
    brokers: int,
    databases: int,
    batch: int = BATCH,
) -> Result:
    plan = _plan(chaos.dice, roles, brokers, databases)
    killed: Counter[str] = Counter()
    with chaos.system() as system:
        system.start("commands", "queries", *ROLES[1:])
        products = system.make_products()
        load = Load(system, products, seed=chaos.seed, batch=batch)
        begun = time.monotonic()
        with load.running():
            for number, victim in enumerate(plan, start=1):
                share = orders * number // (len(plan) + 1)
                load.wait_for(max(0, share - len(load.orders)), seconds=120)
                chaos.step(f"kill {number} of {len(plan)}: {victim}")
                _kill(system, victim)
                killed[victim.rstrip("2")] += 1
            load.wait_for(max(0, orders - len(load.orders)), seconds=120)
        seconds = time.monotonic() - begun
        accounting, found = chaos.prove(system, load)
        again = queues.redelivered(system.servers.rabbitmq, system.name)
    figures: dict[str, object] = {
        "kills": sum(killed.values()),
        **killed,
        "under load s": round(seconds),
        "redelivered": again,
        "failed requests": sum(load.answers[status] for status in (0, 503)),
    }
    return Result(figures, accounting, found)


def _plan(dice: random.Random, roles: int, brokers: int, databases: int) -> list[str]:
    """Who is killed, in which order; every role gets its turn."""
    victims = [role for role, _ in zip(cycle(ROLES), range(roles), strict=False)]
    victims += ["broker"] * brokers
    victims += [
        side
        for side, _ in zip(cycle(("write", "read")), range(databases), strict=False)
    ]
    dice.shuffle(victims)
    return victims


def _kill(system: System, victim: str) -> None:
    servers = system.servers
    match victim:
        case "broker":
            servers.rabbitmq.kill()
            servers.rabbitmq.start()
        case "write":
            servers.write.restart(immediate=True)
        case "read":
            servers.read.restart(immediate=True)
        case role:
            system.kill(role)
