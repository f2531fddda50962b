"""The broker has forgotten what it had confirmed, or where messages have to go."""

import shutil
import time
from collections.abc import Callable

from chaos import queues, wire
from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.system import LOSS, USUAL, System
from chaos.waiting import eventually

TOPOLOGY_FIGURE = (
    "unbound, deleted, 1,000 confirmed messages purged: nothing falsely published,"
    " all re-driven within 60 s"
)
WIPED_FIGURE = "data folder deleted under load: 0 lost, all re-driven within 60 s"

RATE = 60.0  # orders a second
REDRIVEN_S = 60.0
OFTEN = {"AUDIT_SECONDS": "1"}  # the sample does not wait for the usual 5
LOOK_S = 0.05
PENDING = "SELECT count(*) FROM outbox WHERE published_at IS NULL"


# --- row 15 -----------------------------------------------------------------------
def topology(chaos: Chaos) -> Result:
    """What is not confirmed goes again by itself, what is lost by the auditor."""
    purged = chaos.size(300, 1_000)
    problems: list[str] = []
    with chaos.system(**chaos.size(OFTEN, {})) as system:
        url = system.environment["BROKER_URL"]
        system.start()
        load = Load(system, system.make_products(), seed=chaos.seed, rate=3 * RATE)
        with load.running():
            for what, destroy in DESTRUCTIONS.items():
                load.wait_for(60)
                chaos.step(what)
                destroy(url)
            load.wait_for(60)
            checked = system.manage("reconcile", "--wait", "20")
            if checked.returncode:
                problems.append(f"falsely published: {checked.stderr.strip()}")
            system.stop("consumer")
            system.start("auditor")
            load.wait_for(purged)
        lost = _purge(chaos, system)
        system.start("consumer")
        seconds, wrong = _redriven(system)
        accounting, found = chaos.prove(system, load)
    figures: dict[str, object] = {
        "destroyed": "; ".join(DESTRUCTIONS),
        "confirmed messages purged": lost,
        "re-driven after s": seconds,
    }
    return Result(figures, accounting, [*problems, *wrong, *found])


def _unbind(url: str) -> None:
    with wire.channel(url) as link:
        link.queue_unbind(queues.EVENTS, wire.EXCHANGE, "#")


def _delete_exchange(url: str) -> None:
    with wire.channel(url) as link:
        link.exchange_delete(wire.EXCHANGE)


def _delete_dead_letters(url: str) -> None:
    with wire.channel(url) as link:
        link.queue_delete(queues.DEAD_LETTERS)
        link.exchange_delete(f"{wire.EXCHANGE}.dlx")


DESTRUCTIONS: dict[str, Callable[[str], None]] = {
    "queue unbound": _unbind,
    "exchange deleted": _delete_exchange,
    "dead-letter queue and exchange deleted": _delete_dead_letters,
}


def _purge(chaos: Chaos, system: System) -> int:
    """All that is published and waits: by a purge, or with the queue itself."""
    eventually(lambda: system.write_db(PENDING)[0][0] == 0, "all is confirmed")
    with wire.channel(system.environment["BROKER_URL"]) as link:
        lost = queues.ready(system.environment["BROKER_URL"], queues.EVENTS)
        if chaos.dice.random() < 0.5:
            chaos.step(f"purge {lost} confirmed messages")
            link.queue_purge(queues.EVENTS)
        else:
            chaos.step(f"delete the queue with {lost} confirmed messages")
            link.queue_delete(queues.EVENTS)
    return lost


def _redriven(system: System) -> tuple[float, list[str]]:
    """Seconds until the auditor has brought every event back, and what was wrong.

    Once it knows of the loss, the lag must not be 0 before all is applied.
    """
    begun, lies = time.monotonic(), 0
    while True:
        known = LOSS in system.log("auditor")
        lag = system.get("/api/analytics/sync-status").body["lagSeconds"]
        seconds = time.monotonic() - begun
        if system.unapplied() == 0:
            break
        lies += known and lag == 0
        if seconds > REDRIVEN_S:
            return seconds, [f"not all is re-driven after {seconds:.0f} s"]
        time.sleep(LOOK_S)
    return seconds, [f"I7: lag 0 told {lies} times of a known loss"] if lies else []


# --- row 16 -----------------------------------------------------------------------
def wiped(chaos: Chaos) -> Result:
    """A broker that comes back empty, with messages lost that it had confirmed."""
    orders = chaos.size(100, 2_000)
    with chaos.system(**chaos.size(OFTEN, {})) as system:
        system.start(*USUAL, "auditor")
        rabbitmq = system.servers.rabbitmq
        load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
        with load.running():
            load.wait_for(orders)
            system.stop("consumer")
            load.wait_for(orders)
            waiting = queues.ready(system.environment["BROKER_URL"], queues.EVENTS)
            chaos.step("the broker's data is deleted")
            rabbitmq.kill()
            shutil.rmtree(rabbitmq.directory / "data")
            rabbitmq.start()
            rabbitmq.add_vhost(system.name)
            load.wait_for(orders)
        system.start("consumer")
        seconds, wrong = _redriven(system)
        accounting, found = chaos.prove(system, load)
    figures: dict[str, object] = {
        "messages wiped": waiting,
        "re-driven after s": seconds,
    }
    return Result(figures, accounting, [*wrong, *found])
