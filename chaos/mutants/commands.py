"""Short chaos for the write side and for rebuilds; see workloads.py."""

from pathlib import Path

from chaos.context import Chaos
from chaos.mutants.scene import scene, statuses, together
from chaos.rebuilding import Reader, replay

CLIENTS = 8
LAST_PIECES = 25
REPLAYS = 2
REPLAY_S = 60.0
RATE = 400.0  # orders a second while tables are rebuilt
BATCH = 5


def web_killed(chaos: Chaos, tree: Path) -> list[str]:
    """Clients that try again, while the web role dies here and there."""
    with scene(chaos, tree) as it:
        it.start("commands", "relay", "consumer")
        load = it.load(rate=100, others=0.0)
        with load.running():
            load.wait_for(30)
            for place in ("idempotency.worked", "orders.written", "views.committed"):
                for hit in (1, 2):
                    it.system.roles["commands"].kill()
                    it.dies("commands", f"{place}:{hit}")
            it.start("commands")
            load.wait_for(30)
        return it.prove(load)


def tracked_stock(chaos: Chaos, tree: Path) -> list[str]:
    """Many buy the same product at once, and the last piece of many others."""
    with scene(chaos, tree, WEB_WORKERS="2") as it:
        it.start("commands", "relay", "consumer")
        [plenty] = it.products(1, stock=10**6)
        many = together(it.system, [order_of(plenty)] * 10 * CLIENTS)
        wanted = str([201] * 10 * CLIENTS)
        it.expect("orders of a full stock", found=statuses(many), wanted=wanted)
        for _ in range(LAST_PIECES):
            [scarce] = it.products(1, stock=1)
            answers = together(it.system, [order_of(scarce)] * CLIENTS)
            wanted = statuses_of(201)
            it.expect("orders of a last piece", found=statuses(answers), wanted=wanted)
        return it.found or it.prove()


def order_of(product: int) -> tuple[str, dict[str, object], dict[str, str]]:
    items = [{"productId": product, "quantity": 1}]
    return "/api/orders", {"customerId": 1, "items": items}, {}


def one_key(chaos: Chaos, tree: Path) -> list[str]:
    """One Idempotency-Key from many clients at once, then with another body."""
    with scene(chaos, tree) as it:
        it.start("commands", "relay", "consumer")
        it.products(1)
        for number in range(15):
            key = {"Idempotency-Key": f"key-{number}"}
            body = {"customerId": 1, "items": [{"productId": 1, "quantity": 1}]}
            answers = together(it.system, [("/api/orders", body, key)] * CLIENTS)
            if odd := {each.status for each in answers} - {201, 409}:
                it.found.append(f"I3: {odd} for one key sent {CLIENTS} times at once")
            it.send_again("/api/orders", body, key)
            other = it.system.call(
                "commands", "POST", "/api/orders", {**body, "customerId": 2}, key
            )
            it.expect("another body", found=other.status, wanted=422)
        [(orders,)] = it.system.write_db("SELECT count(*) FROM orders")
        it.expect("orders", found=orders, wanted=15)
        return it.found or it.prove()


def reversals(chaos: Chaos, tree: Path) -> list[str]:
    """One piece is refunded by many at once, one order is cancelled by many."""
    with scene(chaos, tree) as it:
        it.start("commands", "relay", "consumer")
        it.products(1)
        once = statuses_of(201)
        for _ in range(10):
            order = it.system.make_order(1).body["orderId"]
            path = f"/api/orders/{order}/refunds"
            refunds = together(it.system, [(path, {}, {})] * CLIENTS)
            it.expect("refunds of one piece", found=statuses(refunds), wanted=once)
            order = it.system.make_order(1).body["orderId"]
            path = f"/api/orders/{order}/cancel"
            cancelled = together(it.system, [(path, {}, {})] * CLIENTS)
            wanted = statuses_of(200)
            it.expect("cancellations", found=statuses(cancelled), wanted=wanted)
        return it.found or it.prove()


def statuses_of(good: int) -> str:
    return str([good, *[409] * (CLIENTS - 1)])


def replayed(chaos: Chaos, tree: Path) -> list[str]:
    """Rebuilds under load, of both kinds; the readers look all the time."""
    with scene(chaos, tree, CONSUMER_BATCH="100") as it:
        it.start("commands", "queries", "relay", "consumer")
        products = [it.system.make_product(1) for _ in range(20)]
        load = it.load(products=products, rate=RATE, batch=BATCH, others=0.0)
        reader = Reader(it.system, products)
        with load.running():
            load.wait_for(200)
            reader.start()
            for number in range(REPLAYS):
                source = ("ledger", "outbox")[number % 2]
                code = replay(it.system, source, root=tree).wait(REPLAY_S)
                it.expect(f"the rebuild from the {source}", found=code, wanted=0)
                if it.found or reader.problems:
                    break
            reader.stop()
        it.found += reader.problems
        return it.found or it.prove(load)
