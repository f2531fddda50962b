"""Wait for a condition instead of for a time."""

import time
from collections.abc import Callable

from devstack.errors import NotReady


def wait_until(
    condition: Callable[[], bool], *, seconds: float, what: str, pause: float = 0.05
) -> None:
    """Raise NotReady, naming `what`, when the condition stays false."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise NotReady(f"{what}: not ready after {seconds:.0f} s")
        time.sleep(pause)
