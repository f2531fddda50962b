"""What an operator sees of a reconciliation, and the status it ends with."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from analytics_project import reconcile as module
from analytics_project.reconcile import reconcile
from tests.analytics_project.pipeline import (
    a_shop,
    deliver,
    event_ids,
    on_read_side,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@pytest.fixture(autouse=True)
def no_second_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_AGAIN_S", 0)


def run(**options: Any) -> tuple[str, str | None]:
    """What it printed, and what it complained of."""
    out = StringIO()
    try:
        call_command("reconcile", stdout=out, **options)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), None


def test_an_exact_read_side_is_told_with_its_totals() -> None:
    a_shop()
    deliver()

    printed, complaint = run()

    assert complaint is None
    assert "487.97" in printed
    assert "every figure is exact" in printed


def test_a_wrong_figure_is_shown_beside_the_right_one() -> None:
    a_shop()
    deliver()
    on_read_side(
        "UPDATE hourly_sales_view SET total_revenue = 0.01"
        " WHERE hour_timestamp = (SELECT max(hour_timestamp) FROM hourly_sales_view)"
    )

    printed, complaint = run()

    assert complaint == "rows that differ: 1, the views do not add up to one sum"
    assert "total_revenue 0.01" in printed
    assert "total_orders" not in printed


def test_lost_events_are_repaired_on_demand() -> None:
    a_shop()
    lost = event_ids("OrderRefunded")
    deliver(without=lost)

    _, complaint = run()
    assert complaint is not None
    assert "lost events: 3" in complaint
    printed, _ = run(repair=True)
    assert "will be published again: 3" in printed
    assert reconcile().pending == 3
    deliver()
    assert run(wait=5.0)[1] is None


def test_it_does_not_wait_for_ever() -> None:
    a_shop()

    assert run(wait=0.1)[1] == "not caught up after 0.1 s"
