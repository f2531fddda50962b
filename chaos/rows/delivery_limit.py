"""The broker would rather drop what comes too often."""

from urllib.parse import quote

from chaos import queues, wire
from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

FIGURE = "50 crashes holding 400 under a delivery limit of 20: no message dropped"

LIMIT = 20  # deliveries
HELD = 400  # messages
BY_HAND = {
    "x-queue-type": "quorum",
    "x-delivery-limit": LIMIT,
    "x-overflow": "reject-publish",
    "x-dead-letter-exchange": "events.dlx",
    "x-dead-letter-strategy": "at-least-once",
    "x-single-active-consumer": True,
}
PENDING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
PARKED = "SELECT id FROM dead_letters WHERE settled_at IS NULL"


def crash_loop(chaos: Chaos) -> Result:
    """First a queue of another hand, which is refused, then ours under a policy."""
    messages, crashes = chaos.size((500, 25), (5_000, 50))
    problems: list[str] = []
    with chaos.system() as system:
        broker, url = system.servers.rabbitmq, system.environment["BROKER_URL"]
        system.start("commands")
        load = Load(system, system.make_products(), seed=chaos.seed, batch=20)
        with load.running():
            load.wait_for(messages)
        problems += _refused(chaos, system)
        wire.limit_deliveries(broker, system.name, LIMIT)
        system.start("relay")
        eventually(lambda: system.write_db(PENDING)[0][0] == 0, "all is published")
        system.stop("relay")
        chaos.step(f"{crashes} crashes")
        held = [wire.crash_holding(url, HELD) for _ in range(crashes)]
        system.start("consumer")
        dropped = _settled(system)
        parked = _retried(system)
        system.start("relay")
        accounting, found = chaos.prove(system, load)
    figures: dict[str, object] = {
        "crashes": len(held),
        "most held": max(held),
        "messages": messages,
        "dead-lettered by the broker": parked,
        "neither applied nor dead-lettered": dropped,
    }
    if dropped:
        problems.append(f"{dropped} messages were dropped")
    return Result(figures, accounting, [*problems, *found])


def _refused(chaos: Chaos, system: System) -> list[str]:
    """Neither role works with a queue that may drop, and both say why."""
    chaos.step("a queue that was declared by hand")
    url = system.environment["BROKER_URL"]
    with wire.channel(url) as link:
        link.queue_declare(queues.EVENTS, durable=True, arguments=BY_HAND)
    system.start("relay", "consumer")
    silent = [role for role in ("relay", "consumer") if not _complains(system, role)]
    system.stop("relay", "consumer", grace=2)
    with wire.channel(url) as link:
        link.queue_delete(queues.EVENTS)
    return [f"the {role} does not say what is wrong with the queue" for role in silent]


def _complains(system: System, role: str) -> bool:
    try:
        eventually(lambda: "x-delivery-limit" in system.log(role), role, 10)
    except TooLate:
        return False
    return True


def _settled(system: System) -> int:
    """Events that are neither applied nor dead-lettered when all is quiet."""
    broker, vhost = system.servers.rabbitmq, quote(system.name, safe="")
    [(events,)] = system.write_db("SELECT count(*) FROM outbox")

    def missing() -> int:
        [(applied,)] = system.read_db("SELECT count(*) FROM processed_events")
        path = f"queues/{vhost}/{queues.DEAD_LETTERS}"
        dead = broker.manage("GET", path).get("messages", 0)
        return int(events - applied - dead)

    try:
        eventually(lambda: missing() <= 0, "all messages are accounted for", 15)
    except TooLate:
        return missing()
    return 0


def _retried(system: System) -> int:
    """What an operator does: `sync` copies them to the table, `retry` applies them."""
    system.manage("dead_letters", "sync")
    ids = [str(id_) for (id_,) in system.read_db(PARKED)]
    if ids:
        system.manage("dead_letters", "retry", *ids)
        system.manage("dead_letters", "sync")
    return len(ids)
