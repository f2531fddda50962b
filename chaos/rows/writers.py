"""Sixteen writers whose transactions stay open while the relay goes on."""

from typing import LiteralString

from chaos.context import Chaos
from chaos.invariants import violations
from chaos.open_transactions import write
from chaos.row import Result
from chaos.waiting import eventually

FIGURE = "16 writers, transactions up to 30 s, 1,000,000 events: 0 lost"
# What a cursor over ids would have skipped: published well after a later id was.
OVERTAKEN: LiteralString = """
    SELECT count(*), (SELECT count(*) FROM outbox) FROM (
        SELECT published_at, min(published_at) OVER (
                   ORDER BY id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS later
        FROM outbox) AS event
    WHERE published_at > later + interval '20 ms'
"""


def writers(chaos: Chaos) -> Result:
    """Row 17."""
    events = chaos.size(15_000, 1_000_000)
    longest = chaos.size(3.0, 30.0)
    with chaos.system() as system:
        system.start("relay", "consumer")
        committed = write(chaos, system, events, longest)
        eventually(lambda: system.unapplied() == 0, "all are applied", 600)
        [(overtaken, written)] = system.write_db(OVERTAKEN)
        [(applied,)] = system.read_db("SELECT count(*) FROM processed_events")
        found = violations(system)
    if written != committed or applied != committed:
        found.append(f"{committed} committed, {written} written, {applied} applied")
    figures: dict[str, object] = {
        "events": committed,
        "lost": committed - applied,
        "longest transaction s": longest,
        "an id cursor would lose": overtaken,
    }
    if not overtaken:
        found.append("no event was overtaken: the experiment proves nothing")
    return Result(figures, None, found)
