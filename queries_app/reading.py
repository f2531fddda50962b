"""Statements to the read database, on the thread's own connection."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError, connections

Found = TypeVar("Found")


def first(sql: str, parameters: Sequence[Any] = ()) -> Any:
    return next(iter(rows_of(sql, parameters)), None)


def rows_of(sql: str, parameters: Sequence[Any] = ()) -> list[Any]:
    """The rows. Asks once more if the connection turns out to have been lost."""
    return again_if_lost(lambda: fetch(sql, parameters))


def again_if_lost(ask: Callable[[], Found]) -> Found:
    """Cheaper than to check the connection before every question (by a sixth of the
    whole request), and safe, since nothing is written here.
    """
    link = connections["read"].connection
    try:
        return ask()
    except (OperationalError, InterfaceError):
        if link is None or not link.closed:
            raise
    connections["read"].close()
    return ask()


def fetch(sql: str, parameters: Sequence[Any]) -> list[Any]:
    """Prepared, and without the layers of a cursor: docs/decisions/0011."""
    connection: Any = connections["read"]
    rows: list[Any] = connection.queue(sql, parameters).rows
    return rows
