"""A process that replays and kills itself: `python -m ... SOURCE STAGE SEED`.

A stage is the first word of what the replay says it is doing, "swap" the moment
between the moves of the swap, "rollback" that of a rollback.
"""

import os
import signal
import sys

import django


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def main(source: str, stage: str) -> None:
    django.setup()
    from projections_app import swap
    from tests.projections_app.histories import bodies
    from tests.projections_app.replaying import Stages, a_shop, rebuild, roll_back

    if stage in {"swap", "rollback"}:
        swap._record = lambda *_: die()  # type: ignore[assignment]
    watcher = Stages(**{stage: die})
    if stage == "rollback":
        roll_back(watcher=watcher)
    else:
        rebuild(bodies(a_shop()) if source == "outbox" else None, watcher=watcher)


main(*sys.argv[1:])
