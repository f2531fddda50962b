"""The broker's alarms: it lives, but takes nothing from publishers."""

import time
from typing import Any

from chaos import resources
from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.system import System
from chaos.waiting import eventually

FIGURE = (
    "told with the reason within 5 s, no transaction open > 5 s, every answer 201,"
    " relay + <= 20 MB"
)

RATE = 60.0  # orders a second
TOLD_S = 5.0
OPEN_S = 5.0
GROWTH_MB = 20.0
LATE_S = 2  # a lag that is not the usual one
LOOK_S = 0.1
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
PUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"


def alarms(chaos: Chaos) -> Result:
    """The broker stops reading what publishers send, first for memory, then disk."""
    lasting = chaos.size(6.0, 65.0)  # longer than a transaction may
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
                try:
                    system.servers.rabbitmq.control(*raise_it)
                    worst = _watched(system, name, lasting)
                finally:
                    system.servers.rabbitmq.control(*clear_it)
                figures |= {f"{name}: {what}": seen for what, seen in worst.items()}
                growth = worst["relay MB"] - memory
                figures[f"{name}: relay + MB"] = growth
                problems += _judged(name, worst, growth)
                figures[f"{name}: drained s"] = _drained(system)
                eventually(lambda: _ready(system)["status"] == "ok", "its end")
        accounting, found = chaos.prove(system, load)
    refused = sum(n for s, n in load.answers.items() if s not in (200, 201))
    if refused:
        problems.append(f"{refused} requests were not answered by 200 or 201")
    return Result(figures, accounting, [*problems, *found])


def _watched(system: System, name: str, lasting: float) -> dict[str, float]:
    """The worst that was seen in that time, and after how long the alarm was told.

    One that is not told yet lasts until it is, or should have been.
    """
    worst = {"told s": float("inf"), "transaction s": 0.0, "relay MB": 0.0}
    begun = time.monotonic()
    while (now := time.monotonic() - begun) < lasting or now < TOLD_S < worst["told s"]:
        if worst["told s"] > now and _told(system, name):
            worst["told s"] = now
        for side in (system.write_db, system.read_db):
            [(seconds,)] = side(OLDEST_TRANSACTION)
            worst["transaction s"] = max(worst["transaction s"], seconds)
        memory = resources.of(system.roles["relay"]).memory_mb
        worst["relay MB"] = max(worst["relay MB"], memory)
        time.sleep(LOOK_S)
    return worst


def _told(system: System, name: str) -> bool:
    """Why the outbox grows, and by both web roles that events do not come through."""
    ready = _ready(system)
    alarm = ready["broker"]["status"], ready["broker"]["reason"]
    late = ready["outbox"]["oldestSeconds"] or 0
    lag = system.get("/api/analytics/sync-status").body["lagSeconds"]
    return alarm == ("blocked", f"low on {name}") and min(late, lag) >= LATE_S


def _ready(system: System) -> Any:
    return system.call("commands", "GET", "/health/ready").body


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
