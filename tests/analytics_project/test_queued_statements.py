"""Queued statements keep their order, go with the COMMIT, and fail as others do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connections
from django.db.transaction import atomic

from devstack.waiting import wait_until
from tests.commands_app.deaf_link import link_to

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])
INSERT = "INSERT INTO queued (id, name) VALUES ($1, $2)"
COUNT = "SELECT count(*) FROM queued"
LARGE = 8 * 1024 * 1024  # characters: more than sockets hold


@pytest.fixture
def connection() -> Iterator[Any]:
    found = connections["default"]
    with found.cursor() as cursor:
        cursor.execute("CREATE TABLE queued (id int PRIMARY KEY, name text)")
    found.queue("SELECT 1", [])
    yield found
    with found.cursor() as cursor:
        cursor.execute("DROP TABLE queued")


def insert(connection: Any, *ids: int, then: Callable[[], object] = int) -> None:
    with atomic():
        for id_ in ids:
            connection.queue(INSERT, [id_, "name"])
        then()


def count(connection: Any) -> int:
    """As somebody else sees it."""
    info = connection.connection.info
    with psycopg.connect(info.dsn, password=info.password) as other:
        return int(other.execute(COUNT).fetchall()[0][0])


def test_values_come_back_as_they_were_given(connection: Any) -> None:
    values = [1, "naïve", None, Decimal("1.10"), [1, 2], b"\0\xff"]
    kinds = ["int", "text", "text", "numeric", "int[]", "bytea"]
    columns = ", ".join(f"${n}::{kind}" for n, kind in enumerate(kinds, 1))

    assert connection.queue(f"SELECT {columns}", values).rows == [tuple(values)]


def test_a_statement_waits_for_the_commit_and_goes_with_it(connection: Any) -> None:
    with atomic():
        connection.queue(INSERT, [1, "one"])
        assert count(connection) == 0
        assert connection.connection.info.transaction_status.name == "IDLE"

    assert count(connection) == 1
    assert connection.connection.info.transaction_status.name == "IDLE"


def test_asking_for_a_result_sends_all_that_came_before(connection: Any) -> None:
    with atomic():
        first = connection.queue(INSERT, [1, "one"])
        counted = connection.queue(COUNT, [])
        connection.queue(INSERT, [2, "two"])

        assert counted.rows == [(1,)]
        assert first.rowcount == 1


def test_a_cursor_comes_after_what_was_queued_before_it(connection: Any) -> None:
    with atomic():
        connection.queue(INSERT, [1, "one"])
        with connection.cursor() as cursor:
            cursor.execute(COUNT)
            assert cursor.fetchone() == (1,)


def test_outside_a_transaction_a_statement_is_sent_at_once(connection: Any) -> None:
    connection.queue(INSERT, [1, "one"])

    assert count(connection) == 1


def test_an_error_that_shows_at_the_commit_undoes_everything(connection: Any) -> None:
    with pytest.raises(IntegrityError):
        insert(connection, 1, 2, 1, 3)

    assert count(connection) == 0
    connection.queue(INSERT, [1, "one"])  # the connection is as good as before
    assert count(connection) == 1


def test_what_an_exception_leaves_in_the_queue_is_never_sent(connection: Any) -> None:
    dropped: list[Any] = []

    def fail() -> None:
        dropped.append(connection.queue(INSERT, [1, "one"]))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        insert(connection, then=fail)
    insert(connection, 2)

    assert count(connection) == 1
    with pytest.raises(psycopg.InterfaceError):
        _ = dropped[0].rowcount


def test_preparations_survive_a_failure_and_a_rollback(connection: Any) -> None:
    for _ in range(5):
        with connection.cursor() as cursor:
            cursor.execute(COUNT)  # so that psycopg would prepare it

    def fail() -> None:
        assert connection.queue(COUNT, []).rows == [(1,)]
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(IntegrityError):
            insert(connection, 1, 1)
        with pytest.raises(ZeroDivisionError):
            insert(connection, 1, then=fail)


def test_a_large_statement_and_a_large_answer_pass_each_other(connection: Any) -> None:
    text = "x" * LARGE
    with atomic():
        answers = [connection.queue("SELECT $1::text", [text]) for _ in range(3)]
        assert [answer.rows[0][0] == text for answer in answers] == [True] * 3


def test_a_connection_lost_in_the_middle_is_an_operational_error(
    connection: Any,
) -> None:
    connection.ensure_connection()
    info = connection.connection.info
    pid, dsn, password = info.backend_pid, info.dsn, info.password

    def kill() -> None:
        asleep = "SELECT wait_event FROM pg_stat_activity WHERE pid = %s"
        with psycopg.connect(dsn, password=password, autocommit=True) as other:

            def sleeps() -> bool:
                return other.execute(asleep, [pid]).fetchall() == [("PgSleep",)]

            wait_until(sleeps, seconds=10, what="the statement")
            other.execute("SELECT pg_terminate_backend(%s)", [pid])

    killer = threading.Thread(target=kill)
    killer.start()
    began = time.monotonic()
    with pytest.raises(OperationalError):
        insert(connection, 1, then=lambda: connection.queue("SELECT pg_sleep(30)", []))
    killer.join()

    assert time.monotonic() - began < 20
    insert(connection, 2)
    assert count(connection) == 1


def test_a_connection_lost_before_its_first_queued_statement_is_one_too(
    connection: Any,
) -> None:
    with closing(connection.copy()) as fresh:
        fresh.ensure_connection()
        pid = fresh.connection.info.backend_pid
        connection.queue("SELECT pg_terminate_backend($1::int, 5000)", [pid])
        with pytest.raises(OperationalError):
            fresh.queue("SELECT 1", [])


def test_a_server_that_talks_nonsense_is_an_operational_error(connection: Any) -> None:
    server = connection.settings_dict
    with (
        link_to("postgres://{HOST}:{PORT}/".format(**server)) as link,
        closing(connection.copy()) as garbled,
    ):
        garbled.settings_dict |= {"HOST": "127.0.0.1", "PORT": link.port}
        garbled.queue("SELECT 1", [])
        link.nonsense = b"\0" * 40

        with pytest.raises(OperationalError, match="lost synchronization"):
            garbled.queue("SELECT 1", [])


def test_a_statement_that_takes_too_long_is_an_operational_error(
    connection: Any,
) -> None:
    def dawdle() -> None:
        connection.queue("SET LOCAL statement_timeout = 50", [])
        connection.queue("SELECT pg_sleep(5)", [])

    with pytest.raises(OperationalError):
        insert(connection, 1, then=dawdle)

    assert connection.queue("SELECT 1", []).rows == [(1,)]
