"""In which trace an event was made (W3C Trace Context), and whom what is done is told.

Nobody, unless a recorder is set: then each call here is a function that does nothing.
"""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

# Version 00: an id of zeros is invalid.
TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
TRACESTATE = re.compile(r"[!-~][ -~]{0,511}")


class Done(NamedTuple):
    """An event of a batch; `trace` is in which it was made."""

    id: UUID
    type: str
    trace: str | None


Recorder = Callable[[str, int, Iterable[Done]], None]


def _nobody(_operation: str, _began: int, _events: Iterable[Done]) -> None: ...


_recorder: Recorder = _nobody


def record_with(recorder: Recorder | None) -> None:
    global _recorder  # one a process
    _recorder = recorder or _nobody


def record(operation: str, began: int, events: Iterable[Done]) -> None:
    """What was done to a batch, since `began` (ns) until now."""
    _recorder(operation, began, events)


def kept(traceparent: str | None, tracestate: str | None = None) -> str | None:
    """Both headers as one text, a space between them; None if they are malformed."""
    if not traceparent or not TRACEPARENT.fullmatch(traceparent):
        return None
    if not tracestate or not TRACESTATE.fullmatch(tracestate):
        return traceparent
    return f"{traceparent} {tracestate}"


def told(trace: str | None) -> tuple[str | None, str | None]:
    """`traceparent` and `tracestate` of what was kept."""
    traceparent, _, tracestate = (trace or "").partition(" ")
    return traceparent or None, tracestate or None
