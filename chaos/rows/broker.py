"""The broker lives, but takes nothing, or would rather drop what comes too often."""

import time
from urllib.parse import quote

from chaos import queues, resources, wire
from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

ALARMS_FIGURE = (
    "told within 5 s, no transaction open > 5 s, every answer 201, relay + <= 20 MB"
)
CRASH_LOOP_FIGURE = (
    "50 crashes holding 400 under a delivery limit of 20: no message dropped"
)

RATE = 60.0  # orders a second
TOLD_S = 5.0
OPEN_S = 5.0
GROWTH_MB = 20.0
LATE_S = 2  # a lag that is not the usual one
LIMIT, CRASHES = 20, 50  # of deliveries
HELD = 400  # messages
LOOK_S = 0.1
BY_HAND = {
    "x-queue-type": "quorum",
    "x-delivery-limit": LIMIT,
    "x-overflow": "reject-publish",
    "x-dead-letter-exchange": "events.dlx",
    "x-dead-letter-strategy": "at-least-once",
    "x-single-active-consumer": True,
}
ALARMS = {
    "memory": (
        ("set_vm_memory_high_watermark", "0"),
        ("set_vm_memory_high_watermark", "0.4"),
    ),
    "disk": (("set_disk_free_limit", "9000GB"), ("set_disk_free_limit", "50MB")),
}
OLDEST_TRANSACTION = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::float
    FROM pg_stat_activity WHERE datname = current_database()
"""
PENDING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
PARKED = "SELECT id FROM dead_letters WHERE settled_at IS NULL"
PUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"


# --- row 8 ------------------------------------------------------------------------
def alarms(chaos: Chaos) -> Result:
    """The broker stops reading what publishers send, first for memory, then disk."""
    lasting = chaos.size(4.0, 60.0)
    figures: dict[str, object] = {}
    problems: list[str] = []
    with chaos.system() as system:
        system.start()
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            load.wait_for(60)
            for name, (raise_it, clear_it) in ALARMS.items():
                chaos.step(f"{name} alarm for {lasting:g} s")
                memory = resources.of(system.roles["relay"]).memory_mb
                begun = time.monotonic()
                try:
                    system.servers.rabbitmq.control(*raise_it)
                    worst = _watched(system, begun, lasting)
                finally:
                    system.servers.rabbitmq.control(*clear_it)
                figures |= {f"{name}: {what}": seen for what, seen in worst.items()}
                growth = worst["relay MB"] - memory
                figures[f"{name}: relay + MB"] = growth
                problems += _judged(name, worst, growth)
                figures[f"{name}: drained s"] = _drained(system)
        accounting, found = chaos.prove(system, load)
    refused = sum(n for s, n in load.answers.items() if s not in (200, 201))
    if refused:
        problems.append(f"{refused} requests were not answered by 200 or 201")
    return Result(figures, accounting, [*problems, *found])


def _watched(system: System, begun: float, lasting: float) -> dict[str, float]:
    """The worst that was seen in that time; `told s` is when the lag was told."""
    worst = {"told s": float("inf"), "transaction s": 0.0, "relay MB": 0.0}
    while (now := time.monotonic() - begun) < lasting + TOLD_S:
        if worst["told s"] > now and _told(system):
            worst["told s"] = now
        for side in (system.write_db, system.read_db):
            [(seconds,)] = side(OLDEST_TRANSACTION)
            worst["transaction s"] = max(worst["transaction s"], seconds)
        memory = resources.of(system.roles["relay"]).memory_mb
        worst["relay MB"] = max(worst["relay MB"], memory)
        time.sleep(LOOK_S)
    return worst


def _told(system: System) -> bool:
    """By both web roles."""
    ready = system.call("commands", "GET", "/health/ready").body
    lag = system.get("/api/analytics/sync-status").body["lagSeconds"]
    return (ready["outbox"]["oldestSeconds"] or 0) >= LATE_S and lag >= LATE_S


def _judged(name: str, worst: dict[str, float], growth: float) -> list[str]:
    problems = []
    if worst["told s"] > TOLD_S:
        problems.append(f"the {name} alarm was told after {worst['told s']:.1f} s")
    if worst["transaction s"] > OPEN_S:
        problems.append(f"a transaction stood open for {worst['transaction s']:.1f} s")
    if growth > GROWTH_MB:
        problems.append(f"the relay grew by {growth:.0f} MB")
    return problems


def _drained(system: System) -> float:
    """Seconds until what waited is published."""
    begun = time.monotonic()
    [(before,)] = system.write_db(PUBLISHED)
    eventually(lambda: system.write_db(PUBLISHED)[0][0] > before, "it drains")
    return time.monotonic() - begun


# --- row 14 -----------------------------------------------------------------------
def crash_loop(chaos: Chaos) -> Result:
    """First a queue of another hand, which is refused, then ours under a policy."""
    messages = chaos.size(500, 5_000)
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
        chaos.step(f"{CRASHES} crashes")
        held = [wire.crash_holding(url, HELD) for _ in range(CRASHES)]
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
        dead = wire.administer(broker, "GET", path).get("messages", 0)
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
