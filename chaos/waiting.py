"""Wait for a condition, looking often; look after something meanwhile."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from chaos.errors import TooLate

DEADLINE_S = 60.0
LOOK_S = 0.01  # of who waits
REST_S = 0.5  # at most, after a look that took long: millions are counted by a server
WATCH_S = 0.2  # of who looks after something

T = TypeVar("T")


def eventually(condition: Callable[[], T], what: str, seconds: float = DEADLINE_S) -> T:
    """The condition's first true value. Raises TooLate, naming `what`."""
    end = time.monotonic() + seconds
    while True:
        looked = time.monotonic()
        if found := condition():
            return found
        now = time.monotonic()
        if now > end:
            raise TooLate(f"{what}: not within {seconds:g} s")
        time.sleep(min(max(LOOK_S, 2 * (now - looked)), REST_S))


@contextmanager
def meanwhile(look: Callable[[], object], every: float = WATCH_S) -> Iterator[None]:
    """Calls `look` in a thread, again after so many seconds, until the block ends.

    What it raises ends the looking, and is raised in the end.
    """
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(every):
            look()

    with ThreadPoolExecutor(max_workers=1) as executor:
        watching = executor.submit(watch)
        try:
            yield
        except Exception:
            stop.set()
            watching.result()  # the reason, if this raises
            raise
        finally:
            stop.set()
        watching.result()
