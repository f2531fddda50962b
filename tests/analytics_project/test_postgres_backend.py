"""A connection that the server has ended is noticed before a request uses it."""

from collections.abc import Callable

import psycopg
import pytest
from django.db import OperationalError, connections, transaction

from analytics_project.postgres.base import is_quiet
from devstack.waiting import wait_until

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])


def test_a_sound_connection_is_quiet_and_is_kept() -> None:
    connection = connections["default"]
    connection.ensure_connection()
    before = connection.connection
    connection.health_check_enabled = True
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    assert connection.connection is before
    assert is_quiet(before)


def test_a_connection_that_the_server_ended_is_replaced() -> None:
    connection = connections["default"]
    connection.ensure_connection()
    before = connection.connection
    with psycopg.connect(before.info.dsn, password=before.info.password) as other:
        pid = before.info.backend_pid
        other.execute("SELECT pg_terminate_backend(%s)", [pid])
    wait_until(lambda: not is_quiet(before), seconds=10, what="its end")

    connection.health_check_enabled = True
    connection.health_check_done = False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert connection.connection is not before


def test_a_closed_connection_is_not_quiet() -> None:
    connection = connections["default"]
    connection.ensure_connection()
    closed = connection.connection
    connection.close()
    assert not is_quiet(closed)


def test_the_server_notices_a_client_whose_machine_is_gone() -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("SHOW tcp_keepalives_idle")
        assert cursor.fetchone() == ("10",)


def asked() -> object:
    with connections["default"].cursor() as cursor:
        return cursor.execute("SELECT 1")


def queued() -> object:
    return connections["default"].queue("SELECT 1", []).rows


@pytest.mark.parametrize("statement", [asked, queued])
def test_a_session_that_idled_in_its_transaction_too_long_is_a_lost_connection(
    statement: Callable[[], object],
) -> None:
    """The server ends it: also when its clock jumps, or the processor is gone."""
    connection = connections["default"]
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = 1")
    with pytest.raises(OperationalError), transaction.atomic():
        idle_before(statement)
    connection.close_if_unusable_or_obsolete()
    asked()  # on a new one


def idle_before(statement: Callable[[], object]) -> None:
    asked()
    connection = connections["default"].connection
    wait_until(lambda: not is_quiet(connection), seconds=10, what="its end")
    statement()
