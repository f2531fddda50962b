"""The page of replays shows the one that runs, and lets operators speak to it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from analytics_project.edge import PAGE_POLICY
from projections_app.models import Replay
from projections_app.replays import REPLAY_LOCK
from tests.analytics_project.admin_pages import list_of, staff

NOW = reverse("admin:projections_app_replay_now")
ASK = reverse("admin:projections_app_replay_ask")


@pytest.fixture
def running() -> Iterator[Replay]:
    """A row that says so, and the lock that proves it."""
    with connections["read"].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [REPLAY_LOCK])
        yield Replay.objects.create(
            source="outbox",
            started_by="<b>ann</b>",
            stage="applying all events",
            step=1,
            steps=4,
            done=500,
            total=2000,
            rate=123.4,
            left_s=41.5,
            started_at=timezone.now() - timedelta(seconds=8.5),
        )
        cursor.execute("SELECT pg_advisory_unlock(%s)", [REPLAY_LOCK])


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Security-Policy"] == PAGE_POLICY
    return answer.content.decode()


def test_the_running_replay_is_shown_with_its_progress(running: Replay) -> None:
    viewer = staff("view_replay")

    for page in text(viewer, list_of(Replay)), text(viewer, NOW):
        assert "<strong>Running</strong>" in page
        assert '<progress max="1" value="0.17' in page
        assert "step 1 of 4: applying all events, 500 of 2000 events" in page
        assert "About 42 s left" in page
        assert "&lt;b&gt;ann" in page
    assert "<script>" not in page
    assert "Pause" not in text(viewer, list_of(Replay))
    assert viewer.post(ASK, {"wanted": "pause"}).status_code == 403
    running.refresh_from_db()
    assert running.wanted == "run"


def test_an_operator_pauses_resumes_and_cancels_it(running: Replay) -> None:
    operator = staff("view_replay", "change_replay")
    offered = []

    for wanted in ("pause", "run", "cancel", "pause"):
        page = operator.post(ASK, {"wanted": wanted}, follow=True).content.decode()
        running.refresh_from_db()
        offered.append(
            [word for word in Replay.Wanted.values if f'value="{word}">' in page]
        )

    assert (running.wanted, running.asked_by) == ("cancel", "ann")
    assert "It is ending already." in page
    assert offered == [["run", "cancel"], ["pause", "cancel"], [], []]
    assert operator.post(ASK, {"wanted": "nonsense"}).status_code == 403
    assert operator.get(ASK).status_code == 405


def test_a_dead_replay_is_told_as_dead_and_takes_no_orders() -> None:
    Replay.objects.create(source="ledger", started_by="ann", stage="swapping")
    operator = staff("view_replay", "change_replay")

    page = text(operator, list_of(Replay))
    asked = operator.post(ASK, {"wanted": "run"}, follow=True).content.decode()

    assert "<strong>Died</strong>" in page
    assert '<td class="field-state">died</td>' in page
    assert "No replay is running." in asked


def test_a_finished_one_says_what_was_verified_and_how_long_readers_waited() -> None:
    Replay.objects.create(
        source="ledger",
        started_by="ann",
        ended_at=timezone.now(),
        outcome="swapped",
        rows_verified=12_345,
        readers_ms=7.4,
        projector_ms=9.6,
    )

    page = text(staff("view_replay"), list_of(Replay))

    assert "rows verified; readers waited 7 ms in the swap, the projector 10 ms" in page
    assert '<td class="field-swap">7 ms</td>' in page


def test_who_may_not_see_replays_does_not_see_the_running_one() -> None:
    assert staff("view_order").get(NOW).status_code == 403
