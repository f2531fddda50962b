"""Named places at which the fault harness may end a process: otherwise no-ops.

`FAIL_POINT=relay.confirmed:3` in the environment of a process ends it with SIGKILL,
and with it its group (a web role's workers), when it comes to that place for the third
time. Nothing is flushed, closed or said: it is as if the machine had lost its power.
It is no setting: nobody but the harness may want it, and unarmed it costs 25 ns.
"""

import os
import signal
from collections.abc import Callable

VARIABLE = "FAIL_POINT"

FailPoint = Callable[[str], None]


def _unarmed(_: str) -> None: ...


def armed(place: str) -> FailPoint:
    """`place` is a name, a colon, and which hit of it is the last."""
    name, _, hit = place.partition(":")
    left = int(hit or 1)

    def fail_point(reached: str) -> None:
        nonlocal left
        if reached == name:
            left -= 1
            if left == 0:
                os.killpg(0, signal.SIGKILL)

    return fail_point


fail_point: FailPoint = (
    armed(os.environ[VARIABLE]) if VARIABLE in os.environ else _unarmed
)
