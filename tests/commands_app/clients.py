"""Many clients at once, each a thread with a connection of its own."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")

WAITING = """
    SELECT count(DISTINCT pid)
    FROM pg_locks AS waiting JOIN pg_locks AS held USING (pid)
    WHERE NOT waiting.granted AND held.database = (
        SELECT oid FROM pg_database WHERE datname = current_database())
"""


def at_once(clients: int, work: Callable[[int], T]) -> list[T | Exception]:
    """What each client's work returned or raised; all of them start together."""
    start = threading.Barrier(clients)

    def client(number: int) -> T | Exception:
        connection.ensure_connection()
        start.wait(30)
        try:
            return work(number)
        except Exception as error:  # the test looks at it
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(client, range(clients)))


def wait_until(condition: Callable[[], bool], *, seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"


def waiting_for_locks() -> int:
    """How many sessions of this database wait for another one to end."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        (count,) = cursor.fetchone()
    return int(count)
