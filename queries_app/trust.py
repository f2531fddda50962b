"""How far a figure can be trusted: up to when it is complete, and what is missing.

The state is older than the figures that are read after it, never newer: what was
committed before `as_of` was applied or parked already.
"""

import time
from collections.abc import Collection, Mapping
from typing import NamedTuple

from queries_app import parked
from queries_app.parked import Parked, Scope
from queries_app.queries import LAG, not_negative
from queries_app.reading import first, rows_of
from queries_app.responses import Instant, instant

KEPT_S = 0.2  # for so long a process answers from what it has asked before
MOST_READ = 1000  # parked messages; more count as if they touched everything
MOST_BYTES = 1_000_000  # of a body that is read

STATE = f"""
SELECT (SELECT watermark FROM sync_state WHERE id = 1),
       (SELECT {LAG} FROM sync_state WHERE id = 1),
       (SELECT count(*) FROM dead_letters WHERE settled_at IS NULL),
       ARRAY(
           SELECT id FROM dead_letters WHERE settled_at IS NULL
           ORDER BY id LIMIT {MOST_READ}
       )
"""  # noqa: S608 (parts of our own)
BODIES = """
SELECT id, CASE WHEN length(body) <= $2 THEN body ELSE '' END
FROM dead_letters WHERE id = ANY($1)
"""


AS_OF = "Analytics-As-Of"
LAG_SECONDS = "Analytics-Lag-Seconds"
PARKED = "Analytics-Parked-Events"


class State(NamedTuple):
    as_of: Instant | None  # None: unknown, and so is the lag
    lag_seconds: int | None
    letters: Collection[Parked]
    unread: int  # further parked messages
    headers: Mapping[str, str]  # but for the parked messages, which depend

    @property
    def has_parked(self) -> bool:
        return bool(self.unread or self.letters)

    def parked(self, scope: Scope) -> int:
        """How many parked messages may touch a figure."""
        return self.unread + sum(letter.touches(scope) for letter in self.letters)


class Kept(NamedTuple):
    """What this process knows; replaced as a whole, so threads need no lock."""

    until: float  # of the monotonic clock
    state: State
    letters: dict[int, Parked]  # by id; a message's bytes never change


NOTHING = Kept(0.0, State(None, None, (), 0, {}), {})
_kept = NOTHING


def state() -> State:
    """To be asked for before the figures are read."""
    global _kept
    now = time.monotonic()
    if now >= _kept.until:
        _kept = asked(now, _kept.letters)
    return _kept.state


def asked(now: float, known: dict[int, Parked]) -> Kept:
    as_of, lag, count, ids = first(STATE)
    lag = not_negative(lag)
    letters = {id_: known[id_] for id_ in ids if id_ in known}
    letters |= read([id_ for id_ in ids if id_ not in known])
    told = None if lag is None else instant(as_of)
    known_headers = {} if told is None else {AS_OF: told, LAG_SECONDS: str(lag)}
    unread = count - len(letters)
    found = State(told, lag, list(letters.values()), unread, known_headers)
    return Kept(now + KEPT_S, found, letters)


def read(ids: list[int]) -> dict[int, Parked]:
    if not ids:
        return {}
    rows = rows_of(BODIES, (ids, MOST_BYTES))
    return {id_: parked.read(body) for id_, body in rows}
