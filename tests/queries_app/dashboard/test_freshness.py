"""How fresh the figures are, and what is shown when they cannot be read."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from projections_app.models import DeadLetter, SyncState
from tests.messaging.builders import an_order
from tests.queries_app.dashboard.conftest import Open, Shown, apply


@pytest.fixture
def state(browse: Open, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setattr("queries_app.trust.KEPT_S", 0)

    def state(*, lag: float) -> Shown:
        watermark = datetime.now(UTC) - timedelta(seconds=lag)
        SyncState.objects.update_or_create(id=1, defaults={"watermark": watermark})
        return browse("/state?tz=UTC")

    return state


def test_an_idle_pipeline_is_live(state: Open) -> None:
    assert "state--live" in state(lag=0.5).html


@pytest.mark.parametrize(("lag", "level"), [(4, "late"), (40, "stopped")])
def test_a_growing_lag_is_a_banner(state: Open, lag: int, level: str) -> None:
    fresh = state(lag=lag)

    assert f"state--{level}" in fresh.html
    assert f"Lag {lag} s" in fresh.words


def test_parked_events_are_a_banner(state: Open) -> None:
    DeadLetter.objects.create(
        fingerprint="f", event_type="OrderCreated", reason="poison", body=b"{"
    )

    fresh = state(lag=0)

    assert "state--parked" in fresh.html
    assert "Parked 1" in fresh.words


@pytest.mark.usefixtures("shop")
def test_the_state_s_mark_moves_with_the_ledger(state: Open) -> None:
    def mark() -> str:
        return re.findall(r'data-mark="(\d+)"', state(lag=0).html)[0]

    before = mark()
    assert mark() == before
    apply(an_order(order_id=99))
    assert mark() != before


# --- a database that is down ----------------------------------------------------------
@pytest.fixture
def down() -> None:
    """As before the first migration: to a reader the same as no database."""
    with connections["read"].cursor() as cursor:
        cursor.execute("ALTER TABLE sync_state RENAME TO gone")


@pytest.mark.usefixtures("down")
def test_a_page_without_a_database_says_so_and_tries_again(browse: Open) -> None:
    page = browse("/")

    assert page.status == 503
    assert "The figures cannot be read just now." in page.words
    assert page.headers["Refresh"] == "3"


@pytest.mark.usefixtures("down")
def test_a_panel_without_a_database_leaves_the_figures_standing(browse: Open) -> None:
    panel = browse("/?panel=chart")

    assert panel.status == 503
    assert browse("/state").headers["HX-Retarget"] == "#trouble"
    assert panel.headers["HX-Retarget"] == "#panel-chart-trouble"
    assert "<section" not in panel.html
    assert browse("/?panel=%3Cb%3E").headers["HX-Retarget"] == "#panel-main-trouble"
