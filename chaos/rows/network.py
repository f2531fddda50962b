"""Bad networks: answers that are lost, and every toxic on every link."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from itertools import cycle, product

from chaos.answers import Answer
from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.invariants import violations
from chaos.load import Load
from chaos.proxy import BASIC_ACK, COMMITTED, CREATED, Proxy, Toxic
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

LOST_FIGURE = (
    "500 lost COMMIT replies on each database: as many orders as keys, the first "
    "answer's body replayed"
)
TOXICS_FIGURE = "7 toxics on 6 links: exact, recovery within 2 heartbeats"

HEARTBEAT_S = 5  # so that the sample need not wait for two minutes
RECOVERY_S = 2.0 * HEARTBEAT_S
RATE = 60.0  # orders a second
COMPLETE = b"C\x00\x00\x00"  # PostgreSQL's CommandComplete, of any command
TOXICS: dict[str, Toxic] = {
    "latency": Toxic(latency=0.1),
    "bandwidth": Toxic(bandwidth=20_000),
    "reset": Toxic(reset=True),
    "black hole": Toxic(black_hole=True),
    "half-close": Toxic(half_close=True),
    "cut": Toxic(cut_after=700),
    "lost answer": Toxic(),  # which one depends on the link
}
# What is swallowed: the answer to the request, commit, mark or publication, and the
# consumer's acknowledgement.
ANSWERS = {
    "client-web": CREATED,
    "web-write": COMMITTED,
    "relay-write": COMPLETE,
    "relay-broker": BASIC_ACK,
    "consumer-broker": BASIC_ACK,
    "consumer-read": COMMITTED,
}
SWALLOW_ONE = Toxic(swallow=COMMITTED, times=1)


# --- row 10 -----------------------------------------------------------------------
def lost_commits(chaos: Chaos) -> Result:
    """One reply after the other: first the web role's, then the consumer's."""
    replies = chaos.size(25, 500)
    found: list[str] = []
    with (
        chaos.system() as system,
        Proxy.to(system.environment["DATABASE_URL"]) as write,
        Proxy.to(system.environment["READ_DATABASE_URL"]) as read,
    ):
        way = system.environment
        system.start("commands", DATABASE_URL=write.lead(way["DATABASE_URL"]))
        system.start("relay")
        system.start("consumer", READ_DATABASE_URL=read.lead(way["READ_DATABASE_URL"]))
        products = system.make_products(5)
        for number in range(replies):
            chaos.step(f"lost reply {number} of {replies} of the write database")
            write.set(SWALLOW_ONE)
            found += _ordered_once(
                system, products[number % 5], f"{chaos.seed}-{number}"
            )
        lost = write.struck
        write.lift()
        for number in range(replies):
            chaos.step(f"lost reply {number} of {replies} of the read database")
            _lose_a_batch(system, read, products[number % 5])
        read.lift()
        found += violations(system)
        [(orders,)] = system.write_db("SELECT count(*) FROM orders")
        if orders != 2 * replies:
            found.append(f"{orders} orders for {2 * replies} keys")
    figures: dict[str, object] = {
        "lost replies of the write database": lost,
        "of the read database": read.struck,
        "orders": orders,
        "keys": 2 * replies,
    }
    return Result(figures, violations=found)


def _ordered_once(system: System, product_id: int, key: str) -> Iterator[str]:
    """The first answer is an error although the order stands; the next repeat it."""
    first = _order(system, product_id, key)
    if first.status != 503:
        yield f"{first.status} for an order whose COMMIT was not answered"
    second, third = (_order(system, product_id, key) for _ in range(2))
    if (second.status, third.status) != (201, 201) or second.body != third.body:
        yield f"the same key was answered {second} and {third}"
    if any("idempotent-replayed" not in each.headers for each in (second, third)):
        yield f"the order of {key} was made again: {second}"


def _order(system: System, product_id: int, key: str) -> Answer:
    body = {"customerId": 1, "items": [{"productId": product_id, "quantity": 1}]}
    return system.post("/api/orders", body, Idempotency_Key=key)


def _lose_a_batch(system: System, read: Proxy, product_id: int) -> None:
    before = read.struck
    read.set(SWALLOW_ONE)
    system.make_order(product_id)
    eventually(lambda: read.struck > before, "a lost reply of the read database", 10)


# --- row 11 -----------------------------------------------------------------------
def toxics(chaos: Chaos) -> Result:
    """In the sample each toxic once, on links in turn; in the long run every cell."""
    cells = list(product(ANSWERS, TOXICS))
    if not chaos.long:
        links = chaos.dice.sample(list(ANSWERS), k=len(ANSWERS))
        cells = list(zip(cycle(links), TOXICS, strict=False))
    recoveries: dict[tuple[str, str], float] = {}
    found: list[str] = []
    with chaos.system() as system, _linked(system) as links_of:
        system.start("queries")
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            for link, toxic in cells:
                chaos.step(f"{toxic} on {link}")
                with links_of[link].suffering(_toxic(link, toxic)):
                    time.sleep(chaos.size(0.7, 12.0))  # how long the fault lasts
                recoveries[link, toxic] = seconds = _recovery(system, load)
                if seconds > RECOVERY_S:
                    found.append(f"{toxic} on {link}: recovery took {seconds:.1f} s")
        accounting, wrong = chaos.prove(system, load)
    slowest = max(recoveries, key=lambda cell: recoveries[cell])
    figures: dict[str, object] = {
        "cells": len(cells),
        "slowest recovery s": recoveries[slowest],
        "of": " on ".join(reversed(slowest)),
        "allowed s": RECOVERY_S,
        "failed requests": sum(load.answers[status] for status in (0, 503)),
    }
    return Result(figures, accounting, [*found, *wrong])


def _toxic(link: str, name: str) -> Toxic:
    return Toxic(swallow=ANSWERS[link]) if name == "lost answer" else TOXICS[name]


@contextmanager
def _linked(system: System) -> Iterator[dict[str, Proxy]]:
    """Starts the roles, each of their links by way of a proxy of its own."""
    way = system.environment
    broker = f"{way['BROKER_URL']}?heartbeat={HEARTBEAT_S}"
    urls = {
        "web-write": way["DATABASE_URL"],
        "relay-write": way["DATABASE_URL"],
        "relay-broker": broker,
        "consumer-broker": broker,
        "consumer-read": way["READ_DATABASE_URL"],
    }
    with ExitStack() as stack:
        links = {name: stack.enter_context(Proxy.to(u)) for name, u in urls.items()}
        led = {name: links[name].lead(url) for name, url in urls.items()}
        system.start("commands", DATABASE_URL=led["web-write"])
        system.start(
            "relay", DATABASE_URL=led["relay-write"], BROKER_URL=led["relay-broker"]
        )
        system.start(
            "consumer",
            READ_DATABASE_URL=led["consumer-read"],
            BROKER_URL=led["consumer-broker"],
        )
        client = stack.enter_context(Proxy("127.0.0.1", system.ports["commands"]))
        system.ports["commands"] = client.port
        yield {"client-web": client, **links}


def _recovery(system: System, load: Load) -> float:
    """Seconds until an order that was sent from now on is seen."""
    begun = time.monotonic()
    _within(lambda: load.wait_for(load.clients + 1))
    _within(load.wait_until_counted)
    return time.monotonic() - begun


def _within(wait: Callable[[], object]) -> None:
    """What never comes takes as long as was waited; invariants tell the rest."""
    try:
        wait()
    except TooLate:
        return
