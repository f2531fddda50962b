"""The write database as commands use it: retried transactions, queued statements."""

import logging
from collections.abc import Callable, Iterable
from typing import Any, LiteralString, Protocol, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected, SerializationFailure

logger = logging.getLogger(__name__)

ATTEMPTS = 4  # the first one and three retries

T = TypeVar("T")


class Result(Protocol):
    """Asking for either sends what is queued; raises what went wrong there."""

    @property
    def rows(self) -> list[tuple[Any, ...]]: ...
    @property
    def rowcount(self) -> int: ...


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


def execute(statement: LiteralString, *values: Any) -> Result:
    """Queues a statement: it is sent when its result, or a later one, is asked for.

    What is left goes with the COMMIT. Statements run in order, each with a snapshot of
    its own; parameters are numbered: $1, $2.
    """
    result: Result = connection.queue(statement, values)  # type: ignore[attr-defined]
    return result


def array(numbers: Iterable[int]) -> str:
    """Whole numbers as PostgreSQL reads an array: the driver takes ten times longer."""
    return f"{{{','.join(map(str, numbers))}}}"


def columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows turned into the arrays that `unnest` turns into rows again."""
    return [list(column) for column in zip(*rows, strict=True)]
