"""Alive touches nothing; ready tells what stands behind the role, and never hangs."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from analytics_project import health
from commands_app.models import OutboxEvent, RelayStatus
from messaging.envelope import new_event_id
from messaging.status import State
from projections_app.models import ConsumerStatus, DeadLetter, SyncState

REQUEST = RequestFactory().get("/health/ready")


def an_outbox_row(*, age: timedelta) -> None:
    OutboxEvent.objects.create(
        event_id=new_event_id(),
        topic="order-events",
        event_type="OrderCreated",
        version=1,
        subject="order/1",
        payload={},
        created_at=timezone.now() - age,
    )


def synced(*, ago: timedelta) -> None:
    SyncState.objects.create(id=1, watermark=timezone.now() - ago)


def relay_and_consumer_are_well() -> None:
    for model in (RelayStatus, ConsumerStatus):
        model.objects.create(id=1, state="connected", reason="")


@pytest.mark.django_db(databases=[])
@pytest.mark.parametrize("role", ["command", "query"])
def test_alive_touches_no_database(
    settings: Settings, client: Client, role: str
) -> None:
    role_urls = {"command": "commands", "query": "queries"}[role]
    settings.ROOT_URLCONF = f"analytics_project.urls_{role_urls}"

    assert client.get("/health").text == (
        f'{{"status":"ok","service":"{role}-service"}}'
    )


def test_commands_are_ready_when_nothing_is_pending() -> None:
    relay_and_consumer_are_well()

    report = health.commands()

    assert report.status == "ok"
    assert report.outbox == health.OutboxReport(pending=0, oldest_seconds=None)


@pytest.mark.parametrize(("age", "status"), [(29, "ok"), (31, "degraded")])
def test_an_outbox_that_is_not_emptied_is_told(age: int, status: str) -> None:
    an_outbox_row(age=timedelta(seconds=age))
    an_outbox_row(age=timedelta(0))
    relay_and_consumer_are_well()

    report = health.commands()

    assert (report.status, report.outbox.pending) == (status, 2)
    assert report.outbox.oldest_seconds in (age, age + 1)


def test_queries_are_ready_before_the_first_event() -> None:
    relay_and_consumer_are_well()

    report = health.queries()

    assert (report.status, report.lag_seconds, report.parked) == ("ok", None, 0)


@pytest.mark.parametrize(("ago", "status"), [(29, "ok"), (31, "degraded")])
def test_a_lag_is_told(ago: int, status: str) -> None:
    synced(ago=timedelta(seconds=ago))
    relay_and_consumer_are_well()

    assert health.queries().status == status


def test_a_parked_event_is_told_until_it_is_settled() -> None:
    relay_and_consumer_are_well()
    DeadLetter.objects.create(
        fingerprint="f", event_type="OrderCreated", reason="poison", body=b""
    )
    assert (health.queries().status, health.queries().parked) == ("degraded", 1)

    DeadLetter.objects.update(settled_at=timezone.now(), settlement="discarded")
    assert (health.queries().status, health.queries().parked) == ("ok", 0)


@pytest.mark.parametrize("role", ["commands", "queries"])
def test_ready_tells_the_report(settings: Settings, client: Client, role: str) -> None:
    settings.ROOT_URLCONF = f"analytics_project.urls_{role}"

    response = client.get("/health/ready")

    assert response.status_code == 200
    assert '"service":' in response.text
    assert '"database":"ok"' in response.text


def relay() -> health.Standing:
    return health.commands().broker


def consumer() -> health.Standing:
    return health.queries().consumer


BOTH = pytest.mark.parametrize(
    ("model", "standing"), [(RelayStatus, relay), (ConsumerStatus, consumer)]
)


@BOTH
def test_what_a_daemon_says_is_told_with_its_reason(model: Any, standing: Any) -> None:
    since = datetime(2026, 3, 1, tzinfo=UTC)
    model.objects.create(id=1, state="unreachable", reason="refused", since=since)

    assert standing() == health.Standing(
        State.UNREACHABLE, "refused", "2026-03-01T00:00:00.000Z"
    )
    assert {health.commands().status, health.queries().status} == {"degraded"}


@BOTH
def test_a_daemon_that_has_never_said_anything_is_told(
    model: Any, standing: Any
) -> None:
    assert not model.objects.exists()
    assert standing().status == "silent"
    assert "has ever said anything" in standing().reason


@BOTH
@pytest.mark.parametrize(("ago", "state"), [(18, "connected"), (21, "silent")])
def test_a_daemon_that_says_nothing_any_more_is_told(
    model: Any, standing: Any, ago: int, state: str
) -> None:
    seen_at = timezone.now() - timedelta(seconds=ago)
    model.objects.create(id=1, state="connected", reason="", seen_at=seen_at)

    assert standing().status == state


def test_a_database_that_is_down_is_503() -> None:
    def probe() -> health.Report:
        raise OperationalError

    assert health.ready(REQUEST, probe=probe).status_code == 503


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    monkeypatch.setattr(health, "PROBE_S", 0.2)
    over = threading.Event()
    yield over
    over.set()


def test_a_database_that_hangs_does_not_hold_the_answer(
    hanging: threading.Event,
) -> None:
    def probe() -> health.Report:
        hanging.wait(30)
        raise OperationalError

    started = time.monotonic()

    answers = [health.ready(REQUEST, probe=probe).status_code for _ in range(3)]

    assert answers == [503, 503, 503]
    assert time.monotonic() - started < 5
