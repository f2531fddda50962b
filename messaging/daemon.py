"""The loop that relay and consumer share: `run_once` works, this waits."""

import gc
import logging
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Protocol

from prometheus_client import Counter, Gauge

from messaging.errors import MessagingError

logger = logging.getLogger(__name__)

FIRST_RETRY_S = 0.1
LAST_RETRY_S = 2.0

RECONNECTS = Counter(
    "analytics_daemon_reconnects",
    "Connections that were lost or could not be made, and are made again.",
)
LAST_PASS = Gauge(
    "analytics_daemon_last_pass_timestamp_seconds",
    "When a pass of the daemon last went to its end.",
)


class Worker(Protocol):
    """What the loop drives."""

    def connect(self) -> None: ...

    def run_once(self) -> int:
        """Does one piece of work and says how much it was."""
        ...

    def wait(self, seconds: float) -> None:
        """Waits while connections are kept alive."""
        ...

    def finish(self) -> None:
        """Settles what is in hand, for there will be no further pass."""
        ...

    def close(self) -> None: ...


@contextmanager
def stop_on_signals() -> Iterator[Event]:
    """The first SIGTERM or SIGINT sets the event; a second one kills as usual."""
    stop = Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def ask_to_stop(_: int, __: FrameType | None) -> None:
        stop.set()
        for number in signals:
            signal.signal(number, signal.SIG_DFL)

    previous = {number: signal.signal(number, ask_to_stop) for number in signals}
    try:
        yield stop
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def run(
    worker: Worker,
    *,
    stop: Event,
    idle: tuple[float, float],
    transient: tuple[type[Exception], ...],
    alive: Callable[[], None],
) -> None:
    """Drives the worker until `stop`; connects again after transient errors.

    `idle` is the shortest and longest wait in seconds between two passes that found
    nothing; `alive` is called after each pass that went well. What is not transient
    ends the process: its supervisor starts it again.
    """
    expected: tuple[type[Exception], ...] = (MessagingError, *transient)
    _leave_to_itself_what_is_loaded()
    failures = 0
    while not stop.is_set():
        try:
            worker.connect()
            for _ in _passes(worker, stop, idle):
                failures = 0
                LAST_PASS.set_to_current_time()
                alive()
            worker.finish()
        except expected as error:
            failures += 1
            RECONNECTS.inc()
            pause = back_off(failures)
            logger.warning(
                "connection lost, next try in %.1f s: %s", pause, str(error).strip()
            )
            _close(worker, expected)
            stop.wait(pause)
    _close(worker, expected)


def _leave_to_itself_what_is_loaded() -> None:
    """Has lost circles (of errors, of connections) found within minutes, not hours.

    A full collection waits until a quarter of what the last one has kept comes anew:
    so that has to be little.
    """
    gc.freeze()
    gc.collect()


def back_off(failures: int) -> float:
    """Seconds: doubled each time, with jitter so that daemons do not march in step."""
    limit: float = min(LAST_RETRY_S, FIRST_RETRY_S * 2 ** min(failures, 10))
    return random.uniform(limit / 2, limit)  # noqa: S311 (no secret)


def touch(path: str) -> Callable[[], None]:
    """Says "alive" to whoever looks at a file's age; at most once a second."""
    last = 0.0

    def alive() -> None:
        nonlocal last
        if path and time.monotonic() - last >= 1:
            last = time.monotonic()
            Path(path).touch()

    return alive


def _passes(worker: Worker, stop: Event, idle: tuple[float, float]) -> Iterator[None]:
    shortest, longest = idle
    pause = shortest
    while not stop.is_set():
        worked = worker.run_once()
        yield
        if worked:
            pause = shortest
        else:
            worker.wait(pause)
            pause = min(pause * 2, longest)


def _close(worker: Worker, expected: tuple[type[Exception], ...]) -> None:
    with suppress(*expected):
        worker.close()
