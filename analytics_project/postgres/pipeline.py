"""Prepared statements that are sent together and waited for once.

This is libpq's pipeline mode (PostgreSQL documentation, "Pipeline Mode"), used bare:
psycopg's own pipeline polls and sends once a statement, which costs an order three
times the processor time (docs/decisions/0011-statements-sent-together.md).
"""

import itertools
import select
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, PipelineStatus, TransactionStatus
from psycopg.pq.abc import PGresult

FAILED = (ExecStatus.FATAL_ERROR, ExecStatus.PIPELINE_ABORTED)


class Result:
    """What a statement gives. Asking for it sends everything that is queued."""

    def __init__(self, pipeline: "Pipeline", statement: str, values: Any) -> None:
        self.statement = statement
        self.values = values  # as they are sent
        self.found: PGresult | None = None
        self._pipeline = pipeline

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        return self._pipeline.load(self._settled())

    @property
    def rowcount(self) -> int:
        return self._settled().command_tuples or 0

    def _settled(self) -> PGresult:
        if self.found is None:
            self._pipeline.flush()
        if self.found is None:
            raise psycopg.InterfaceError("the statement was dropped by a rollback")
        return self.found


class Pipeline:
    """The queue of one connection, as long as that lives.

    Statements number their parameters as PostgreSQL does: $1, $2. Each is prepared when
    it is first sent, and the server infers what its parameters are.
    """

    def __init__(
        self, driver: "psycopg.Connection[Any]", errors: AbstractContextManager[None]
    ) -> None:
        self.driver = driver
        self._errors = errors  # turns the driver's into Django's
        self._libpq = driver.pgconn
        self._transformer = Transformer.from_context(driver)
        self._names: dict[str, bytes] = {}  # of the prepared statements
        self._numbers = itertools.count()
        self._queue: list[Result] = []
        self._poll = select.poll()
        self._poll.register(self._libpq.socket, select.POLLIN)
        # psycopg would deallocate what it prepared, and ours with it, after a rollback.
        with errors:
            driver.execute("DEALLOCATE ALL")
        driver.prepare_threshold = None

    def add(self, statement: str, values: Sequence[Any]) -> Result:
        formats = [PyFormat.TEXT] * len(values)
        sent = self._transformer.dump_sequence(values, formats)
        result = Result(self, statement, sent)
        self._queue.append(result)
        return result

    def clear(self) -> None:
        self._queue = []

    def flush(self, *, commit: bool = False) -> None:
        """Sends what is queued, with BEGIN if that is due, and takes all results.

        Raises the error of the first statement that failed; those behind it, COMMIT
        too, did not run.
        """
        if not self._queue:
            return
        if commit:
            self.add("COMMIT", ())
        queue, self._queue = self._queue, []
        idle = self._libpq.transaction_status == TransactionStatus.IDLE
        if idle and not self.driver.autocommit:
            queue.insert(0, Result(self, "BEGIN", ()))
        try:
            with self._errors:
                self._exchange(queue)
        except BaseException:
            if self._libpq.pipeline_status != PipelineStatus.OFF:
                self.driver.close()  # answers are still on their way
            raise

    def load(self, found: PGresult) -> list[tuple[Any, ...]]:
        self._transformer.set_pgresult(found)
        return self._transformer.load_rows(0, found.ntuples, tuple)

    # --- one round trip -----------------------------------------------------------
    def _exchange(self, queue: Iterable[Result]) -> None:
        self._libpq.enter_pipeline_mode()
        sent = [step for result in queue for step in self._send(result)]
        self._libpq.pipeline_sync()
        answers = self._receive()
        self._libpq.exit_pipeline_mode()
        for (result, name), answer in zip(sent, answers, strict=True):
            if answer.status in FAILED:
                raise error_from_result(answer, encoding=self.driver.info.encoding)
            if name:
                self._names[result.statement] = name
            else:
                result.found = answer

    def _send(self, result: Result) -> list[tuple[Result, bytes | None]]:
        """The steps sent: the preparation has a name, if there was one to make."""
        steps: list[tuple[Result, bytes | None]] = [(result, None)]
        name = self._names.get(result.statement)
        if name is None:
            name = b"pipelined_%d" % next(self._numbers)
            self._libpq.send_prepare(name, result.statement.encode())
            steps.insert(0, (result, name))
        self._libpq.send_query_prepared(name, result.values)
        return steps

    def _receive(self) -> list[PGresult]:
        """All results up to the synchronisation point.

        Raises OperationalError when the connection ends before it.
        """
        while self._libpq.flush():  # more than the socket takes at once
            self._wait(select.POLLIN | select.POLLOUT)
        answers: list[PGresult] = []
        while True:
            while self._libpq.is_busy():
                self._wait(select.POLLIN)
            answer = self._libpq.get_result()
            if answer is None:  # the end of one statement's results
                self._check()
                continue
            if answer.status == ExecStatus.PIPELINE_SYNC:
                return answers
            answers.append(answer)

    def _check(self) -> None:
        """libpq gives up a connection by itself, then has nothing more to tell."""
        if self._libpq.status == ConnStatus.BAD:
            reason = self._libpq.error_message.decode(errors="replace").strip()
            raise psycopg.OperationalError(reason)

    def _wait(self, events: int) -> None:
        """Raises OperationalError when the connection is lost."""
        self._poll.modify(self._libpq.socket, events)
        if any(happened & ~select.POLLOUT for _, happened in self._poll.poll()):
            self._libpq.consume_input()
