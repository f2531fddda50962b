"""Many clients at once, each a thread with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


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
