"""Wait for a condition, looking often."""

import time
from collections.abc import Callable
from typing import TypeVar

from chaos.errors import TooLate

DEADLINE_S = 60.0
LOOK_S = 0.01

T = TypeVar("T")


def eventually(condition: Callable[[], T], what: str, seconds: float = DEADLINE_S) -> T:
    """The condition's first true value. Raises TooLate, naming `what`."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise TooLate(f"{what}: not within {seconds:g} s")
        time.sleep(LOOK_S)
    return found
