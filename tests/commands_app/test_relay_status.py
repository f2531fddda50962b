"""The relay tells how the broker is, and is never kept from its work by that."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pika
import pytest
from django.db import connection

from commands_app import relay_status
from commands_app.models import RelayStatus
from commands_app.relay import Relay
from commands_app.relay_status import LEADER_LOCK
from messaging import topology
from messaging.errors import BrokerUnavailable
from messaging.status import State
from tests.commands_app.relaying import make_relay, pending, write_events

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])
NOWHERE = "amqp://guest:guest@127.0.0.1:1/"


def told() -> tuple[str, str]:
    row = RelayStatus.objects.get()
    return row.state, row.reason


def test_a_relay_that_publishes_is_connected(relay: Relay) -> None:
    relay.run_once()

    assert told() == ("connected", "")


def test_a_broker_that_cannot_be_reached_is_told_with_the_reason() -> None:
    with closing(make_relay(NOWHERE)) as relay, pytest.raises(BrokerUnavailable):
        relay.connect()

    state, reason = told()
    assert state == "unreachable"
    assert "refused" in reason


def test_a_broker_that_returns_what_is_published_is_told(
    relay: Relay, broker_url: str
) -> None:
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        other.channel().queue_unbind(topology.QUEUE, topology.EXCHANGE, "#")

    relay.run_once()

    assert told()[0] == "refused"


def test_an_alarm_is_told_while_the_relay_waits(relay: Relay) -> None:
    """As pika calls it; chaos row 8 raises real alarms."""
    relay.run_once()
    relay._publisher.on_blocked("low on memory")

    assert told() == ("blocked", "low on memory")


def test_a_state_lasts_since_it_began() -> None:
    times = []
    for state in (State.BLOCKED, State.BLOCKED, State.CONNECTED):
        relay_status.tell(state, "")
        row = RelayStatus.objects.get()
        times.append((row.since, row.seen_at))

    (first, _), (again, seen), (changed, _) = times
    assert first == again < seen < changed


@contextmanager
def another_leader() -> Iterator[None]:
    other = connection.copy()
    with closing(other), other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LEADER_LOCK])
        yield


def test_who_stands_by_is_not_heard() -> None:
    with another_leader():
        relay_status.tell(State.UNREACHABLE, "")

    assert not RelayStatus.objects.exists()


@contextmanager
def no_table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE relay_status RENAME TO away")
        yield
        cursor.execute("ALTER TABLE away RENAME TO relay_status")


def test_a_status_that_cannot_be_written_keeps_no_event_back(relay: Relay) -> None:
    write_events(3)
    with no_table():
        assert relay.run_once() == 3

    assert pending() == 0
