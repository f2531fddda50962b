"""`status` tells of each part whether it is well, and its exit status tells of all."""

import json
import os
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone
from pytest_django import Settings

from analytics_project.auditor import SESSION
from analytics_project.status import finding, look, sessions
from commands_app.models import RelayStatus
from commands_app.relay_status import LEADER_LOCK
from messaging import amqp, topology
from projections_app.models import (
    ConsumerStatus,
    DeadLetter,
    ProjectionState,
    Replay,
    SyncState,
)
from projections_app.replays import REPLAY_LOCK
from tests.analytics_project.test_health import (
    an_outbox_row,
    relay_and_consumer_are_well,
    synced,
)
from tests.conftest import Broker

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def broker_url() -> Iterator[str]:
    """Of a queue that is consumed."""
    fresh = Broker(os.environ["BROKER_URL"], os.environ["BROKER_MANAGEMENT_URL"])
    fresh.call("PUT", f"vhosts/{fresh.vhost}")
    with closing(amqp.connect([f"{fresh.url}?heartbeat=0"], "consumer")) as consumer:
        channel = consumer.channel()
        amqp.declare(channel)
        channel.basic_consume(topology.QUEUE, lambda *_: None)
        yield fresh.url
    fresh.call("DELETE", f"vhosts/{fresh.vhost}")


@pytest.fixture(autouse=True)
def leader(broker_url: str, settings: Settings) -> Iterator[BaseDatabaseWrapper]:
    """All five roles seem to run; one connection is relay and auditor at once."""
    settings.BROKER_URLS = [broker_url]
    relay_and_consumer_are_well()
    synced(ago=timedelta(0))
    with closing(connections["default"].copy()) as both:
        with both.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('application_name', %s, false)", [SESSION]
            )
            cursor.execute("SELECT pg_advisory_lock(%s)", [LEADER_LOCK])
        yield both


def found() -> dict[str, Any]:
    """Findings by their part; of two of one part the last."""
    out = StringIO()
    try:
        call_command("status", json=True, stdout=out)
    except CommandError:
        assert json.loads(out.getvalue())["well"] is False
    else:
        assert json.loads(out.getvalue())["well"] is True
    return {each["part"]: each for each in json.loads(out.getvalue())["findings"]}


def wrong() -> list[str]:
    return [part for part, each in found().items() if each["state"] == "wrong"]


def a_replay(**fields: Any) -> Replay:
    return Replay.objects.create(source="ledger", started_by="ann", **fields)


def test_all_is_well_when_every_role_runs() -> None:
    findings = found()

    assert {each["state"] for each in findings.values()} == {"well"}
    assert findings["outbox"]["figures"] == {"pending": 0, "oldest_seconds": None}
    assert findings["relay"]["figures"]["status"] == "connected"
    assert findings["auditor"]["figures"]["last_round_seconds"] in (0, 1)
    assert findings["queue"]["figures"]["consumers"] == 1
    assert findings["replay"]["said"] == "none runs"


def test_the_screen_shows_each_part_and_the_page_that_helps() -> None:
    an_outbox_row(age=timedelta(seconds=90))
    out = StringIO()

    with pytest.raises(CommandError, match=r"^not well: outbox$"):
        call_command("status", stdout=out)

    lines = out.getvalue().splitlines()
    [outbox] = [line for line in lines if line.strip().startswith("outbox ")]
    assert "wrong" in outbox
    assert "1 events wait to be published, the oldest for" in outbox
    assert "see docs/how-to/recover.md" in out.getvalue()


@pytest.mark.parametrize(
    ("model", "part"), [(RelayStatus, "relay"), (ConsumerStatus, "consumer")]
)
def test_a_daemon_in_trouble_is_told_with_its_reason(model: Any, part: str) -> None:
    model.objects.update(state="unreachable", reason="connection refused")

    assert wrong() == [part]
    assert "unreachable: connection refused" in found()[part]["said"]


def test_no_leading_relay_and_no_auditor_are_told(leader: BaseDatabaseWrapper) -> None:
    leader.close()
    with closing(connections["default"].copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LEADER_LOCK])  # it is gone
        cursor.execute("SELECT pg_advisory_unlock_all()")

    findings = found()

    assert [findings[part]["state"] for part in ("relay", "auditor")] == ["wrong"] * 2
    assert findings["relay"]["said"] == "none leads, connected"


def test_figures_that_are_late_or_incomplete_are_told_with_the_cause() -> None:
    for number in range(3):
        DeadLetter.objects.create(
            fingerprint=str(number),
            event_type="OrderCreated",
            reason=f"ValueError: {number} is too much",
            body=b"",
        )
    synced_again(ago=timedelta(seconds=40))

    findings = found()

    assert set(wrong()) == {"lag", "parked"}
    assert "3 x OrderCreated: ValueError: # is too much" in findings["parked"]["said"]
    assert findings["parked"]["page"] == "docs/how-to/inspect-dead-letters.md"


def synced_again(*, ago: timedelta) -> None:
    SyncState.objects.all().delete()
    synced(ago=ago)


def test_before_the_first_watermark_nothing_is_known() -> None:
    SyncState.objects.all().delete()

    assert wrong() == ["lag"]


def test_the_generations_are_told() -> None:
    ProjectionState.objects.create(name="hourly_sales", generation=3)

    assert found()["generations"]["said"] == "hourly_sales 3"


def test_a_replay_that_runs_is_told_with_its_stage() -> None:
    replay = a_replay(stage="rebuilding order_view", left_s=120)
    with closing(connections["read"].copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [REPLAY_LOCK])
        finding = found()["replay"]

    assert finding["said"] == "rebuilding order_view, running, about 3 min left"
    assert finding["figures"] == {"running": True, "id": replay.pk, "left_s": 120}


def test_a_replay_that_died_is_not_well_until_another_is_swapped_in() -> None:
    died = a_replay(stage="rebuilding order_view")

    assert wrong() == ["replay"]
    assert found()["replay"]["figures"] == {"running": False, "id": died.pk}

    a_replay(outcome=Replay.Outcome.SWAPPED, ended_at=timezone.now())

    assert wrong() == []


def test_a_replay_that_was_cancelled_is_no_trouble() -> None:
    a_replay(outcome=Replay.Outcome.CANCELLED, ended_at=timezone.now())

    assert wrong() == []
    assert found()["replay"]["said"] == "none runs; the last one: cancelled"


def test_a_broker_that_is_away_hides_only_its_own_findings(settings: Settings) -> None:
    settings.BROKER_URLS = ["amqp://guest:guest@127.0.0.1:1/"]

    findings = found()

    assert wrong() == ["broker"]
    assert "queue" not in findings
    assert findings["lag"]["state"] == "well"


def test_a_database_that_is_away_hides_only_its_own_findings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answers = sessions.answers

    def away(part: str, database: str) -> Any:
        if database == "read":
            raise OperationalError("connection refused\nis it running?")
        return answers(part, database)

    monkeypatch.setattr(sessions, "answers", away)

    findings = found()

    assert wrong() == ["read database"]
    assert findings["read database"]["said"] == "connection refused"
    assert "lag" not in findings


def test_every_page_that_is_named_exists() -> None:
    pages = {
        value.partition("#")[0]
        for name, value in vars(finding).items()
        if name.isupper() and str(value).startswith("docs/")
    }

    assert pages
    assert [page for page in pages if not (ROOT / page).exists()] == []


def test_a_hostile_reason_shows_no_markup() -> None:
    RelayStatus.objects.update(state="unreachable", reason="[bold]\x1b[31m")

    assert any(each.said.endswith("[bold]\x1b[31m") for each in look())
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("status", stdout=out)
    assert "[bold]\\u001b[31m" in out.getvalue()
