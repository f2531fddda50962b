"""The database backend: idle connections are looked at, statements go together."""

import select
from collections.abc import Sequence
from functools import cached_property
from types import TracebackType
from typing import Any

from django.db import OperationalError
from django.db.backends.postgresql import base
from django.db.utils import DatabaseErrorWrapper
from psycopg.errors import IdleInTransactionSessionTimeout, TransactionTimeout

from analytics_project.postgres.pipeline import Pipeline, Result


class ErrorWrapper(DatabaseErrorWrapper):
    """The end of a session that took too long is the loss of a connection.

    The driver files it under internal errors (SQLSTATE class 25), which nobody tries
    again. The server's clock decides: one that jumps ends sessions that are quick.
    """

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if isinstance(error, IdleInTransactionSessionTimeout | TransactionTimeout):
            self.wrapper.errors_occurred = True  # type: ignore[attr-defined]
            raise OperationalError(*error.args) from error
        super().__exit__(kind, error, traceback)


class DatabaseWrapper(base.DatabaseWrapper):
    """Statements given to `queue` keep their place among all others.

    They are sent when a result is asked for, before any other statement, or with the
    transaction's COMMIT: so a command needs one round trip for each thing that it has
    to know, and one for all that it writes.
    """

    _pipeline: Pipeline | None = None

    @cached_property
    def wrap_database_errors(self) -> ErrorWrapper:
        return ErrorWrapper(self)

    def queue(self, statement: str, values: Sequence[Any]) -> Result:
        """In autocommit mode the statement is sent at once."""
        result = self.opened().add(statement, values)
        if self.force_debug_cursor:
            self.queries_log.append({"sql": statement, "time": "not measured"})
        if self.autocommit:
            self.flush()
        return result

    def opened(self) -> Pipeline:
        """Opened in a transaction, it has queried: that is too late to isolate it."""
        if self.connection is None:
            self.ensure_connection()
        if self._pipeline is None or self._pipeline.driver is not self.connection:
            self._pipeline = Pipeline(self.connection, self.wrap_database_errors)
        return self._pipeline

    def flush(self, *, commit: bool = False) -> None:
        if self._pipeline and self._pipeline.driver is self.connection:
            self._pipeline.flush(commit=commit)

    def create_cursor(self, name: str | None = None) -> Any:
        self.flush()
        return super().create_cursor(name)

    def _commit(self) -> None:
        self.flush(commit=True)
        super()._commit()  # type: ignore[misc]  # the stubs do not know it

    def _rollback(self) -> None:
        if self._pipeline:
            self._pipeline.clear()
        super()._rollback()  # type: ignore[misc]

    def _close(self) -> None:
        self._pipeline = None
        super()._close()  # type: ignore[misc]

    def close_if_health_check_failed(self) -> None:
        """Asks the server only if there is reason to.

        A server that ends a connection says so on it, or closes it: either way there
        is something to read where nothing was asked.
        """
        if self.connection is not None and is_quiet(self.connection):
            self.health_check_done = True
        super().close_if_health_check_failed()


def is_quiet(connection: Any) -> bool:
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return not poll.poll(0)
