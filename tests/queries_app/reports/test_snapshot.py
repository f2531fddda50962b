"""Figures of one answer come from one moment, whatever is written meanwhile."""

import threading
from collections.abc import Callable

import pytest
from django.db import OperationalError, connections

from queries_app.reports.snapshot import Queue, Statement, in_snapshot, read, rows

pytestmark = pytest.mark.django_db(databases=["read"], transaction=True)

COUNT = Statement("SELECT count(*) FROM sync_state")
WRITE = "INSERT INTO sync_state (id) VALUES (1)"
TERMINATE = "SELECT pg_terminate_backend($1)"


def elsewhere(work: Callable[[], object]) -> None:
    """Done on another connection, and over."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def write() -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(WRITE)


@pytest.mark.parametrize("is_new", [True, False])
def test_what_is_committed_between_two_statements_is_not_seen(is_new: bool) -> None:  # noqa: FBT001
    if is_new:  # a connection's first use is a use like any other
        connections["read"].close()

    def work(queue: Queue) -> list[int]:
        before = queue(COUNT).rows[0][0]
        elsewhere(write)
        return [before, queue(COUNT).rows[0][0]]

    assert in_snapshot(work) == [0, 0]
    assert rows(COUNT) == [(1,)]


def test_nothing_can_be_written() -> None:
    with pytest.raises(Exception, match="read-only transaction"):
        rows(Statement(WRITE))

    assert rows(COUNT) == [(0,)]


def test_the_results_are_those_of_the_statements_in_their_order() -> None:
    first, second = read(Statement("SELECT $1::int", (1,)), Statement("SELECT 2"))

    assert (first, second) == ([(1,)], [(2,)])


def test_a_connection_that_was_lost_is_replaced_once() -> None:
    ((pid,),) = rows(Statement("SELECT pg_backend_pid()"))

    elsewhere(lambda: rows(Statement(TERMINATE, (pid,))))

    assert rows(COUNT) == [(0,)]


def test_an_error_is_told_and_leaves_the_connection_usable() -> None:
    with pytest.raises(OperationalError):
        rows(Statement("SELECT pg_terminate_backend(pg_backend_pid())"))
    with pytest.raises(Exception, match="division by zero"):
        rows(Statement("SELECT 1 / 0"))

    assert rows(COUNT) == [(0,)]
