"""What comes too often, in any order, or can never be applied."""

import json
import time
from collections.abc import Sequence
from itertools import cycle
from typing import Any, LiteralString
from uuid import uuid4

import psycopg

from chaos import wire
from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

SHUFFLE_FIGURE = (
    "50,000 events, each 1 to 10 times, shuffled, reversals first: same bytes"
)
POISON_FIGURE = (
    "1 % of 100,000: all good applied, all bad parked once with a reason, >= 80 % of"
    " the clean speed, <= 5 attempts each"
)
MOST_TIMES = 10
REVERSALS = ("OrderCancelled", "OrderRefunded")
SHARE = 0.01
SPEED = 0.8  # of the clean one
MOST_ATTEMPTS = 5
BATCH = 100  # orders a request
# Everything that the read side tells, without when it was written.
TABLES: dict[str, LiteralString] = {
    "sales_ledger": "SELECT event_id, line_no, kind, order_id, customer_id, product_id,"
    " sku, product_name, category, quantity, gross, discount, amount, occurred_at,"
    " order_placed_at FROM sales_ledger ORDER BY event_id, line_no",
    "product_sales_view": "SELECT * FROM product_sales_view ORDER BY product_id",
    "category_metrics_view": "SELECT * FROM category_metrics_view ORDER BY"
    " category_name",
    "customer_ltv_view": "SELECT * FROM customer_ltv_view ORDER BY customer_id",
    "hourly_sales_view": "SELECT * FROM hourly_sales_view ORDER BY hour_timestamp",
    "product_catalog": "SELECT * FROM product_catalog ORDER BY product_id",
    "processed_events": "SELECT event_id, event_type FROM processed_events"
    " ORDER BY event_id",
}
DONE: LiteralString = """
    SELECT (SELECT count(*) FROM processed_events) + (SELECT count(*) FROM dead_letters)
"""
POISONS = (
    "no JSON",
    "unknown type",
    "unknown version",
    "overflow",
    "NaN",
    "id beyond bigint",
)
LETTERS = """
    SELECT count(*), count(DISTINCT fingerprint), max(attempts),
           count(*) FILTER (WHERE reason = '') FROM dead_letters
"""


# --- row 12 -----------------------------------------------------------------------
def shuffled(chaos: Chaos) -> Result:
    """The same events to two systems: as they came, and as badly as can be."""
    events = chaos.size(1_500, 50_000)
    with chaos.system() as system:
        load, bodies = _recorded(chaos, system, events)
        chaos.step("in their order")
        wire.give(system.environment["BROKER_URL"], bodies)
        _apply(system, len(bodies))
        with chaos.system() as other:
            mess = _mess(chaos, bodies)
            chaos.step(f"{len(mess)} messages of {len(bodies)} events, shuffled")
            _declare(other)
            wire.give(other.environment["BROKER_URL"], mess)
            _apply(other, len(bodies))
            differing = [name for name, query in TABLES.items()
                         if system.read_db(query) != other.read_db(query)]  # fmt: skip
        accounting, found = chaos.prove(system, load)
    figures: dict[str, object] = {
        "events": len(bodies),
        "messages": len(mess),
        "tables that differ": len(differing),
    }
    found += [f"{name} differs after the shuffle" for name in differing]
    return Result(figures, accounting, found)


def _recorded(chaos: Chaos, system: System, events: int) -> tuple[Load, list[bytes]]:
    """The bodies that the relay has published, in their order."""
    system.start("commands", "relay")
    load = Load(
        system, system.make_products(), seed=chaos.seed, batch=BATCH, others=0.4
    )
    chaos.step(f"{events} events")
    with load.running():
        load.wait_for(events, seconds=600)
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


def _mess(chaos: Chaos, bodies: Sequence[bytes]) -> list[bytes]:
    """Each one to ten times, in any order, but every reversal first of all."""
    dice = chaos.dice
    first = [body for body in bodies if json.loads(body)["type"] in REVERSALS]
    rest = [body for body in bodies for _ in range(dice.randint(1, MOST_TIMES))]
    dice.shuffle(first)
    dice.shuffle(rest)
    return first + rest


def _declare(system: System) -> None:
    """The roles do it: messages to an exchange that is not there are lost."""
    system.start("consumer")
    eventually(lambda: wire.consumers(system.environment["BROKER_URL"]) > 0, "consumer")


def _apply(system: System, events: int, parked: int = 0) -> float:
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


# --- row 13 -----------------------------------------------------------------------
def poisoned(chaos: Chaos) -> Result:
    """The same events to two systems: clean, and with poison strewn in."""
    events = chaos.size(6_000, 100_000)
    with chaos.system() as system:
        load, bodies = _recorded(chaos, system, events)
        with chaos.system() as clean:
            speed = _speed(chaos, clean, bodies, "clean")
        poison = _poison(chaos, bodies)
        mixed = [*bodies, *poison]
        chaos.dice.shuffle(mixed)
        slowed = _speed(chaos, system, mixed, "poisoned", parked=len(poison))
        [letters] = system.read_db(LETTERS)
        accounting, found = chaos.prove(system, load, parked=len(poison))
    parked, different, attempts, unreasoned = letters
    if parked != different or parked != len(poison) or unreasoned:
        found.append(f"{len(poison)} poison messages: parked {letters}")
    if attempts > MOST_ATTEMPTS:
        found.append(f"{attempts} attempts for one message")
    if slowed < SPEED * speed:
        found.append(f"{slowed:,.0f} events a second, {speed:,.0f} without poison")
    figures: dict[str, object] = {
        "events": len(bodies),
        "poison": len(poison),
        "clean events/s": speed,
        "poisoned events/s": slowed,
        "ratio": slowed / speed,
        "attempts at most": attempts,
    }
    return Result(figures, accounting, found)


def _speed(
    chaos: Chaos, system: System, bodies: Sequence[bytes], name: str, parked: int = 0
) -> float:
    chaos.step(f"{len(bodies)} messages, {name}")
    _declare(system)
    system.stop("consumer")
    del system.roles["consumer"]
    wire.give(system.environment["BROKER_URL"], bodies)
    return _apply(system, len(bodies) - parked, parked)


def _poison(chaos: Chaos, bodies: Sequence[bytes]) -> list[bytes]:
    """Made of good orders, each with an id of its own and one thing wrong."""
    orders = [b for b in bodies if json.loads(b)["type"] == "OrderCreated"]
    chosen = chaos.dice.sample(orders, k=int(len(bodies) * SHARE))
    kinds = cycle(POISONS)
    return [_spoilt(json.loads(body), next(kinds)) for body in chosen]


def _spoilt(event: dict[str, Any], kind: str) -> bytes:
    event["id"] = str(uuid4())
    line = event["data"]["lines"][0]
    match kind:
        case "no JSON":
            return json.dumps(event)[:-20].encode()
        case "unknown type":
            event["type"] = "OrderTeleported"
        case "unknown version":
            event["dataversion"] = 99
        case "overflow":
            line["unitPrice"] = "99999999999999.99"
        case "NaN":
            line["unitPrice"] = "NaN"
        case "id beyond bigint":
            event["data"]["orderId"] = 2**70
    return json.dumps(event).encode()
