"""Short chaos for the relay: each workload passes on the code as it stands."""

import time
from pathlib import Path

import psycopg

from chaos.context import Chaos
from chaos.mutants.broker import limited, unbind
from chaos.mutants.scene import Scene, scene
from chaos.open_transactions import PLACE, write
from chaos.waiting import eventually

BURST = 60  # orders
EVENTS = 320  # each in a transaction of its own
OPEN_S = 0.2


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
