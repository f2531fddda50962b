"""Short chaos for the pipeline: each workload passes on the code as it stands."""

import time
from pathlib import Path

import psycopg

from chaos.context import Chaos
from chaos.mutants.broker import limited, unbind
from chaos.mutants.poison import poison
from chaos.mutants.scene import Scene, scene
from chaos.open_transactions import PLACE, write
from chaos.waiting import eventually

BURST = 60  # orders
SLOW_MS = 300
EVENTS = 320  # each in a transaction of its own
OPEN_S = 0.2
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


def relay_killed(chaos: Chaos, tree: Path) -> list[str]:
    """In the middle of a window, and between its confirm and its mark."""
    with scene(chaos, tree) as it:
        it.start("commands", "consumer")
        it.products()
        for place in ("publisher.sent:10", "relay.confirmed"):
            it.orders(BURST, [1, 2])
            it.dies("relay", place)
        it.start("relay")
        return it.prove()


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


def late_commit(chaos: Chaos, tree: Path) -> list[str]:
    """A transaction that drew its id early commits when later ones are published."""
    with scene(chaos, tree) as it:
        it.start("relay", "consumer")
        write(chaos, it.system, EVENTS, OPEN_S, batch=1, short=OPEN_S)
        if not it.settled():
            return it.found
        url = it.system.environment["DATABASE_URL"]
        with psycopg.connect(url) as early:
            early.execute(PLACE, [5])
            it.system.write_db(PLACE, 5)
            it.settled()
            early.commit()
        return it.prove()


def unroutable(chaos: Chaos, tree: Path) -> list[str]:
    """The queue loses its binding while the relay publishes."""
    with scene(chaos, tree) as it:
        it.start("commands", "relay", "consumer")
        it.products()
        it.settled()
        unbind(it.system)
        it.orders(BURST)
        return it.prove()


def refused(chaos: Chaos, tree: Path) -> list[str]:
    """The queue is full for a while: the broker answers Basic.Nack."""
    with scene(chaos, tree, RELAY_WINDOW="50") as it:
        it.start("commands")
        it.products()
        it.orders(4 * BURST)
        with limited(it.system, messages=5):
            it.start("relay")
            log = "refused by the broker"
            eventually(lambda: log in it.system.log("relay") or drained(it), log, 15)
        it.start("consumer")
        return it.prove()


def drained(it: Scene) -> bool:
    """Nothing is left to publish: a full queue has been overlooked."""
    return it.system.write_db(
        "SELECT count(*) FROM outbox WHERE published_at IS NULL"
    ) == [(0,)]


def watermark(chaos: Chaos, tree: Path) -> list[str]:
    """A backlog of many windows: the watermark must not run ahead of the events."""
    orders = 1_000
    with scene(chaos, tree, RELAY_WINDOW="20", CONSUMER_BATCH="20") as it:
        it.start("commands")
        it.products()
        it.orders(orders)
        acknowledged = time.time()
        it.start("consumer", "relay")
        look = (
            "SELECT extract(epoch FROM watermark)::float8,"
            " (SELECT count(*) FROM processed_events WHERE event_type = 'OrderCreated')"
            " FROM sync_state"
        )
        applied = 0
        while applied < orders and not it.found:
            for moment, applied in it.system.read_db(look):
                if moment and moment > acknowledged and applied < orders:
                    it.found.append(f"I7: watermark past {orders - applied} orders")
        return it.found or it.prove()


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
