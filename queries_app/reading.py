"""Statements to the read database, on the thread's own connection."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import InterfaceError, OperationalError, connections

Parameters = Sequence[Any] | Mapping[str, Any]


def first(sql: str, parameters: Parameters = ()) -> Any:
    return next(iter(rows_of(sql, parameters)), None)


def rows_of(sql: str, parameters: Parameters = ()) -> list[Any]:
    """The rows. Asks once more if the connection turns out to have been lost.

    That is cheaper than to check the connection before every question (by a sixth
    of the whole request), and safe, since nothing is written here.
    """
    try:
        return fetch(sql, parameters)
    except (OperationalError, InterfaceError):
        if not is_lost():
            raise
    connections["read"].close()
    return fetch(sql, parameters)


def fetch(sql: str, parameters: Parameters) -> list[Any]:
    with connections["read"].cursor() as cursor:
        cursor.execute(sql, parameters)
        rows: list[Any] = cursor.fetchall()
        return rows


def is_lost() -> bool:
    """Whether there was a connection, and it is broken."""
    link = connections["read"].connection
    return link is not None and link.closed
