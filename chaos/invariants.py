"""What must hold in the end, whatever was broken on the way: I1 to I7."""

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from uuid import UUID

from chaos import queues, truth
from chaos.accounting import Accounting, account
from chaos.errors import TooLate
from chaos.load import Load
from chaos.system import System
from chaos.waiting import eventually

PATIENCE_S = 20.0  # without any progress
EMPTY_S = 10.0  # for the broker to count that nothing is left
TOLD = 10  # violations of one kind that are told
MOST_CONNECTIONS = 60  # of all roles to one database

PARKED = "SELECT event_id FROM dead_letters WHERE settled_at IS NULL"
REVERSED = (
    "SELECT (SELECT array_agg(order_id) FROM order_cancellations),"
    " (SELECT array_agg(order_id) FROM refunds)"
)
CONNECTIONS = """
    SELECT count(*), count(*) FILTER (WHERE state LIKE 'idle in transaction%')
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def violations(
    system: System, load: Load | None = None, *, parked: int = 0
) -> list[str]:
    """Lets all be applied, stops the daemons, and tells whatever does not hold.

    `parked` messages must have been parked, no more and no fewer.
    """
    return prove(system, load, parked=parked)[1] if load else _wrong(system, parked)


def prove(
    system: System, load: Load, *, parked: int = 0
) -> tuple[Accounting, list[str]]:
    """The violations, and what became of the load's orders."""
    found = _wrong(system, parked)
    accounting = account(system, load)
    found += [*_accounted(accounting), *_reversed(system, load)]
    # An order that is parked is invisible; the count of what is parked tells it.
    seen = [p for p in load.witness.problems if not (parked and p.startswith("I7"))]
    found += islice([*load.problems, *seen], TOLD)
    return accounting, found


def _wrong(system: System, parked: int) -> list[str]:
    for role in ("relay", "consumer"):
        if not any(p.running for n, p in system.roles.items() if n.startswith(role)):
            system.start(role)
    found = [*_settle(system), *_at_rest(system, parked)]
    ids = [event_id for (event_id,) in system.read_db(PARKED) if event_id]
    found += islice(truth.differences(system, ids), TOLD)
    found += _reconciled(system, ids)
    return found


def _settle(system: System) -> Iterator[str]:
    """Waits while there is progress."""
    left, since = None, time.monotonic()
    while (now := system.unapplied()) != 0:
        if now != left:
            left, since = now, time.monotonic()
        if time.monotonic() - since > PATIENCE_S:
            yield f"I5: {left} events stay unpublished or unapplied"
            return
        time.sleep(0.05)


def _at_rest(system: System, parked: int) -> Iterator[str]:
    """I5: nothing is on its way, and exactly the poison is parked."""
    direct = system.broker_url
    _end(system, "relay")
    with suppress(TooLate):
        eventually(lambda: queues.ready(direct, queues.EVENTS) == 0, "empty", EMPTY_S)
    _end(system, "consumer")  # what it held unsettled is ready again
    for queue in (queues.EVENTS, queues.DEAD_LETTERS):
        found = queues.ready(direct, queue)
        # A poison message may have been published twice: it is parked once.
        if found and (queue == queues.EVENTS or not parked):
            yield f"I5: {found} messages stay in {queue}"
    [(count,)] = system.read_db(
        "SELECT count(*) FROM dead_letters WHERE settled_at IS NULL"
    )
    if count != parked:
        reasons = system.read_db("SELECT DISTINCT reason FROM dead_letters LIMIT 3")
        yield f"I5: {count} events are parked, not {parked}: {reasons}"
    for side in (system.write_db, system.read_db):
        [(connections, idle)] = side(CONNECTIONS)
        if connections > MOST_CONNECTIONS or idle:
            yield f"I6: {connections} connections, {idle} idle in a transaction"


def _end(system: System, role: str) -> None:
    names = [name for name in system.roles if name.startswith(role)]
    if names:
        system.stop(*names)


def _reconciled(system: System, parked: Sequence[UUID]) -> Iterator[str]:
    """The project's own command has to agree; it calls what is parked a difference."""
    done = system.manage("reconcile")
    agreed = done.returncode == 0 or (parked and "lost: 0" in done.stdout)
    if not agreed:
        yield f"I1: reconcile: {(done.stdout + done.stderr).strip()[-800:]}"


def _accounted(accounting: Accounting) -> Iterator[str]:
    for name in ("lost", "doubled", "unexpected"):
        if count := getattr(accounting, name):
            yield f"I3: {count} orders {name}"


def _reversed(system: System, load: Load) -> Iterator[str]:
    """I3 for what follows an order: each answered one is there, once."""
    [(cancelled, refunded)] = system.write_db(REVERSED)
    for name, acknowledged, written in (
        ("cancellations", load.cancelled, cancelled or []),
        ("refunds", load.refunded, refunded or []),
    ):
        if missing := acknowledged - set(written):
            yield f"I3: {len(missing)} {name} lost"
        if twice := len(written) - len(set(written)):
            yield f"I3: {twice} {name} doubled"
