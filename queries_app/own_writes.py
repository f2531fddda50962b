"""Reading one's own writes: a question may wait until its event is applied."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from queries_app.errors import (
    EventParked,
    NotAppliedYet,
    QueryRejected,
    TooManyWaiting,
)
from queries_app.parameters import Wait
from queries_app.queries import Progress, event_progress

FIRST_PAUSE_S = 0.005
LONGEST_PAUSE_S = 0.1
# One thread of the process is always left for those who do not wait.
_places = threading.BoundedSemaphore(settings.WEB_THREADS - 1)


def await_event(wait: Wait) -> None:
    """Returns once the event is applied; raises NotAppliedYet or one of its kinds."""
    if is_applied(wait):
        return
    with place(TooManyWaiting):
        poll(wait)


@contextmanager
def place(refusal: type[QueryRejected]) -> Iterator[None]:
    """For what keeps its thread busy for long. Raises `refusal` if there is none."""
    if not _places.acquire(blocking=False):
        raise refusal
    try:
        yield
    finally:
        _places.release()


def poll(wait: Wait) -> None:
    deadline = time.monotonic() + wait.seconds
    pause = FIRST_PAUSE_S
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(min(pause, left))
        if is_applied(wait):
            return
        pause = min(2 * pause, LONGEST_PAUSE_S)
    raise NotAppliedYet(after=wait.event_id)


def is_applied(wait: Wait) -> bool:
    progress = event_progress(wait.event_id)
    if progress is Progress.PARKED:
        raise EventParked(after=wait.event_id)
    return progress is Progress.APPLIED
