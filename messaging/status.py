"""What a daemon tells of itself: at each change, else every few seconds."""

import time
from collections.abc import Callable
from enum import StrEnum

from prometheus_client import Gauge

REPEAT_S = 5.0

STATE = Gauge("analytics_daemon_state", "1 for the state it is in, else 0.", ["state"])


class State(StrEnum):
    CONNECTED = "connected"
    UNREACHABLE = "unreachable"  # the broker cannot be reached
    BLOCKED = "blocked"  # an alarm of the broker keeps publishers waiting
    REFUSED = "refused"  # the broker returns or refuses what is published
    FAILING = "failing"  # the database does not take what was received
    SILENT = "silent"  # no daemon says anything: told by whoever listens


class Status:
    """`write` is to keep the state, and why, where health finds it."""

    def __init__(self, write: Callable[[State, str], None]) -> None:
        self._write = write
        self._state: State | None = None
        self._next = 0.0

    def forget(self) -> None:
        """Who stands by is not heard, and knows nothing new."""
        self._state = None
        STATE.clear()

    def tell(self, state: State, reason: str = "") -> None:
        now = time.monotonic()
        if state != self._state or now >= self._next:
            self._state, self._next = state, now + REPEAT_S
            for each in State:
                STATE.labels(each.value).set(each == state)
            self._write(state, reason)
