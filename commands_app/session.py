"""The write database as commands use it: retried transactions, pipelined statements."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg import Cursor
from psycopg.errors import DeadlockDetected, SerializationFailure

logger = logging.getLogger(__name__)

ATTEMPTS = 4  # the first one and three retries

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]
Run = Callable[[LiteralString, Values], Cursor[Any]]


def in_transaction(work: Callable[[], T]) -> T:
    """Runs `work` in a transaction, again when the database chose it as a victim.

    Inside a transaction it joins in: retrying is then for the outermost one.
    """
    if connection.in_atomic_block:
        return work()
    for _ in range(ATTEMPTS - 1):
        try:
            with transaction.atomic():
                return work()
        except OperationalError as error:
            if not isinstance(error.__cause__, DeadlockDetected | SerializationFailure):
                raise
            logger.info("transaction retried", extra={"cause": str(error.__cause__)})
    with transaction.atomic():
        return work()


@contextmanager
def round_trip() -> Iterator[Run]:
    """Sends the statements run in it together; read their results after it.

    Statements run in order, each with a snapshot of its own.
    """
    connection.ensure_connection()
    driver = connection.connection
    with connection.wrap_database_errors, driver.pipeline():
        yield lambda statement, values: driver.cursor().execute(statement, values)


def array(numbers: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL reads an array: the driver takes ten times longer."""
    return f"{{{','.join(map(str, numbers))}}}"


def columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows turned into the arrays that `unnest` turns into rows again."""
    return [list(column) for column in zip(*rows, strict=True)]
