"""Short chaos for what is consumed and read: each passes on the code as it stands."""

import time
from pathlib import Path

import psycopg

from chaos.context import Chaos
from chaos.mutants.poison import poison
from chaos.mutants.scene import scene
from chaos.waiting import eventually

BURST = 60  # orders
SLOW_MS = 300
LOCKED_S = 2.5  # long enough to take a batch of FEW apart
FEW = 4  # orders


def plain(chaos: Chaos, tree: Path) -> list[str]:
    """A load without any fault."""
    with scene(chaos, tree) as it:
        it.start("commands", "queries", "relay", "consumer")
        load = it.load(others=0.3)
        with load.running():
            load.wait_for(300)
        return it.prove(load)


def consumer_killed(chaos: Chaos, tree: Path) -> list[str]:
    """Before, in the middle of and after the writing of a batch."""
    with scene(chaos, tree) as it:
        it.start("commands", "relay")
        it.products()
        for place in (
            *("projector.locked", "projector.claimed", "projector.view_written"),
            *("projector.advanced", "consumer.applied"),
        ):
            it.orders(BURST, [1, 2])
            it.dies("consumer", place)
        it.start("consumer")
        return it.prove()


def poisoned(chaos: Chaos, tree: Path) -> list[str]:
    """Poison among good events; the consumer is killed while it parks one."""
    with scene(chaos, tree) as it:
        it.start("commands", "relay")
        it.products()
        it.orders(BURST)
        poison(it.system, 2)
        it.orders(BURST)
        it.dies("consumer", "dead_letters.written")
        it.start("consumer")
        return it.prove(parked=2)


def slow_database(chaos: Chaos, tree: Path) -> list[str]:
    """A lock keeps a view from being written for longer than a statement may take."""
    settings = {"STATEMENT_TIMEOUT_MS": str(SLOW_MS), "MAX_ATTEMPTS": "2"}
    with scene(chaos, tree) as it:
        it.start("commands", "relay")
        it.products()
        it.start("consumer", **settings)
        it.settled()
        with psycopg.connect(it.system.environment["READ_DATABASE_URL"]) as locker:
            locker.execute("LOCK TABLE customer_ltv_view IN EXCLUSIVE MODE")
            it.orders(FEW)
            time.sleep(LOCKED_S)
        return it.prove()


def own_writes(chaos: Chaos, tree: Path) -> list[str]:
    """Who waits for an own write sees it."""
    with scene(chaos, tree) as it:
        it.start("commands", "queries", "relay", "consumer")
        it.products(1)
        for number in range(1, 41):
            order = it.system.make_order(1)
            after = f"?wait=10&after={order.headers['event-id']}"
            seen = it.system.get(f"/api/analytics/customers/1/lifetime-value{after}")
            it.expect("orders seen", found=seen.body["orderCount"], wanted=number)
        return it.found or it.prove()


def honest_lag(chaos: Chaos, tree: Path) -> list[str]:
    """The lag grows while nothing is applied."""
    with scene(chaos, tree) as it:
        it.start("commands", "queries", "relay", "consumer")
        it.products(1)

        def lag() -> int | None:
            found: int | None = it.system.get("/api/analytics/sync-status").body[
                "lagSeconds"
            ]
            return found

        eventually(lambda: lag() == 0, "I7: a lag of 0 when all is applied", 10)
        it.stop("consumer")
        it.orders(FEW)
        eventually(lambda: lag() != 0, "I7: a lag while orders are invisible", 5)
        it.start("consumer")
        return it.prove()


def two_projectors(chaos: Chaos, tree: Path) -> list[str]:
    """Two processes apply events of the same keys at once: nobody may deadlock."""
    with scene(chaos, tree) as it:
        it.start("commands")
        products = it.products(200)
        for customer in range(1, 61):
            it.orders(1, chaos.dice.sample(products, 150), customer)
        it.project_twice()
        [(deadlocks,)] = it.system.read_db(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        it.expect("deadlocks", found=deadlocks, wanted=0)
        it.start("relay", "consumer")
        return it.found or it.prove()
