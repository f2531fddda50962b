"""What can never be applied, among what can."""

import json
from collections.abc import Sequence
from itertools import cycle
from typing import Any
from uuid import uuid4

from chaos import recorded, wire
from chaos.context import Chaos
from chaos.row import Result
from chaos.system import System

FIGURE = (
    "1 % of 100,000: all good applied, all bad parked once with a reason, >= 80 % of"
    " the clean speed, <= 5 attempts each"
)
SHARE = 0.01
SPEED = 0.8  # of the clean one
MOST_ATTEMPTS = 5
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


def poisoned(chaos: Chaos) -> Result:
    """The same events to two systems: clean, and with poison strewn in."""
    events = chaos.size(6_000, 100_000)
    with chaos.system() as system:
        load, bodies = recorded.events(chaos, system, events)
        poison = _poison(chaos, bodies)
        mixed = [*bodies, *poison]
        chaos.dice.shuffle(mixed)
        # In the same order: in the one of their time they are a tenth faster.
        spoilt = {*poison}
        good = [each for each in mixed if each not in spoilt]
        with chaos.system() as clean:
            speed = _speed(chaos, clean, good, "clean")
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
    recorded.declare(system)
    system.stop("consumer")
    del system.roles["consumer"]
    wire.give(system.environment["BROKER_URL"], bodies)
    return recorded.apply(system, len(bodies) - parked, parked)


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
