"""Events that are recorded once, and given to other systems."""

import time
from typing import LiteralString

import psycopg

from chaos import wire
from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.load import Load
from chaos.system import System
from chaos.waiting import eventually

BATCH = 100  # orders a request
DONE: LiteralString = """
    SELECT (SELECT count(*) FROM processed_events) + (SELECT count(*) FROM dead_letters)
"""


def events(chaos: Chaos, system: System, wanted: int) -> tuple[Load, list[bytes]]:
    """The bodies that the relay has published, in their order."""
    system.start("commands", "relay")
    load = Load(
        system, system.make_products(), seed=chaos.seed, batch=BATCH, others=0.4
    )
    chaos.step(f"{wanted} events")
    with load.running():
        load.wait_for(wanted, seconds=600)
    eventually(lambda: not _count(system, "WHERE published_at IS NULL"), "published")
    system.stop("relay")
    count = _count(system)
    bodies = wire.take(system.environment["BROKER_URL"], count)
    if len(bodies) != count:
        raise TooLate(f"{len(bodies)} of {count} events are in the queue")
    return load, bodies


def _count(system: System, where: LiteralString = "") -> int:
    [(count,)] = system.write_db(f"SELECT count(*) FROM outbox {where}")
    return int(count)


def declare(system: System) -> None:
    """The roles do it: messages to an exchange that is not there are lost."""
    system.start("consumer")
    eventually(lambda: wire.consumers(system.environment["BROKER_URL"]) > 0, "consumer")


def apply(system: System, events: int, parked: int = 0) -> float:
    """Events a second, from the first one on; the consumer may be at work already."""
    with psycopg.connect(system.environment["READ_DATABASE_URL"]) as link:
        link.autocommit = True

        def done() -> int:
            found = link.execute(DONE).fetchone()
            return int(found[0]) if found else 0

        if "consumer" not in system.roles:
            system.start("consumer")
        first, begun = eventually(done, "the first is applied"), time.monotonic()
        eventually(lambda: done() == events + parked, "all are settled", 300)
    return (events - first) / (time.monotonic() - begun)
