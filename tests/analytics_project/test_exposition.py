"""What the database tells is asked at a scrape, which never fails or waits long."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connections
from prometheus_client import CollectorRegistry, Metric

from analytics_project import exposition
from analytics_project.exposition import Database, arrived, waiting
from projections_app.models import DeadLetter
from tests.analytics_project.test_health import an_outbox_row, synced, timedelta

UP = "analytics_database_up"


def values(database: Database) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(database)
    return {m.name: s.value for m in registry.collect() for s in m.samples}


def told(metrics: Iterator[Metric]) -> dict[str, float]:
    return {metric.name: metric.samples[0].value for metric in metrics}


def test_the_outbox_tells_how_much_waits_and_how_long() -> None:
    assert told(waiting()) == {
        "analytics_outbox_pending_events": 0,
        "analytics_outbox_oldest_seconds": 0,
    }
    an_outbox_row(age=timedelta(seconds=90))
    an_outbox_row(age=timedelta(0))

    found = told(waiting())
    assert found["analytics_outbox_pending_events"] == 2
    assert 89 < found["analytics_outbox_oldest_seconds"] < 95


def test_the_figures_tell_their_lag_and_what_they_miss() -> None:
    assert told(arrived()) == {"analytics_parked_events": 0}
    synced(ago=timedelta(seconds=40))
    DeadLetter.objects.create(
        fingerprint="f", event_type="OrderCreated", reason="poison", body=b""
    )

    assert told(arrived()) in (
        {"analytics_lag_seconds": lag, "analytics_parked_events": 1} for lag in (40, 41)
    )


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_a_question_is_asked_on_a_connection_of_its_own_with_a_short_timeout() -> None:
    asked = []

    def ask() -> Iterator[Metric]:
        with connections["default"].cursor() as cursor:
            cursor.execute("SHOW statement_timeout")
            asked.append(cursor.fetchone())
        yield from ()

    assert values(Database("default", ask)) == {UP: 1}
    assert asked == [("1s",)]


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_a_database_that_fails_is_down_and_nothing_else_is_said() -> None:
    def ask() -> Iterator[Metric]:
        yield exposition.gauge("a", "Before it failed.", 1)
        raise OperationalError

    assert values(Database("default", ask)) == {UP: 0}


@pytest.mark.django_db(transaction=True, databases=["default"])
def test_a_database_that_hangs_is_down_and_is_not_asked_twice(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(exposition, "WAIT_S", 0.2)
    over, questions = threading.Event(), []

    def ask() -> Iterator[Metric]:
        questions.append(1)
        over.wait(30)
        yield from ()

    database = Database("default", ask)
    began = time.monotonic()
    first, second = values(database), values(database)

    assert first == second == {UP: 0}
    assert time.monotonic() - began < 5
    over.set()
    database._asker.shutdown()
    assert len(questions) == 1
    database._asker = exposition.ThreadPoolExecutor(max_workers=1)
    assert values(database) == {UP: 1}
