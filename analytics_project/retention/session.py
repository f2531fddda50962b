"""What a run needs of both servers for as long as it lasts."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections

from commands_app.errors import PruneRunning

PRUNE_LOCK = 0x7072756E  # "prun": an advisory lock of the session
SESSION = (
    "SET statement_timeout = 0",
    "SET vacuum_cost_delay = '2ms'",  # VACUUM leaves the disk to others
)


@contextmanager
def alone() -> Iterator[None]:
    """One run at a time; raises PruneRunning. Ends with closed connections."""
    try:
        for alias in "default", "read":
            with connections[alias].cursor() as cursor:
                for statement in SESSION:
                    cursor.execute(statement)
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [PRUNE_LOCK])
            if not cursor.fetchone()[0]:
                raise PruneRunning
        yield
    finally:
        for alias in "default", "read":
            connections[alias].close()
