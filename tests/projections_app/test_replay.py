"""Rebuilt tables are the live ones again, healed."""

from threading import Event

import pytest
from django.db import transaction

from projections_app import projector
from projections_app.projections.product_sales import PRODUCT_SALES
from tests.projections_app import oracle
from tests.projections_app.conftest import eventually
from tests.projections_app.histories import bodies
from tests.projections_app.replaying import (
    Stages,
    a_shop,
    deliver,
    execute,
    left_behind,
    meanwhile,
    rebuild,
    rows,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]

VIEWS = (
    "product_sales_view",
    "category_metrics_view",
    "customer_ltv_view",
    "hourly_sales_view",
    "order_view",
    "sales_quarter_view",
    "product_month_view",
    "category_day_view",
)


def test_views_rebuilt_from_the_ledger_are_right_again() -> None:
    history = a_shop()
    deliver(history)
    exact = oracle.stored()
    execute("UPDATE product_sales_view SET total_revenue = total_revenue + 0.01")
    execute("DELETE FROM customer_ltv_view")
    execute("INSERT INTO category_metrics_view VALUES ('Phantom', 1, 1)")

    rebuild()

    assert oracle.stored() == exact
    assert left_behind() == []


def test_a_replay_from_the_outbox_heals_the_ledger_and_the_catalogue_too() -> None:
    history = a_shop()
    deliver(history)
    exact = oracle.stored()
    execute("UPDATE sales_ledger SET gross = gross + 1, amount = amount + 1")
    execute("DELETE FROM sales_ledger WHERE order_id = 3")
    execute("UPDATE product_catalog SET version = 99, name = 'x'")
    execute("INSERT INTO product_catalog VALUES (77, 1, null, 'x', 'y', 1)")

    rebuild(bodies(history))

    assert oracle.stored() == exact


def test_a_replay_from_the_outbox_applies_what_was_lost_and_remembers_it() -> None:
    history = a_shop()
    deliver(history[:-20])

    rebuild(bodies(history))
    after = oracle.stored()
    deliver(history)

    for table, expected in oracle.expected(history).items():
        assert after[table] == expected, table
    assert oracle.stored() == after
    assert len(after["processed_events"]) == len(history)


def test_only_the_projections_asked_for_are_swapped() -> None:
    deliver(a_shop())
    for view in VIEWS:
        execute(f"DELETE FROM {view}")

    rebuild(projections=[PRODUCT_SALES])

    counts = [len(oracle.stored()[view]) for view in VIEWS]
    assert counts[0] > 0
    assert not any(counts[1:])


@pytest.mark.parametrize("source", ["ledger", "outbox"])
def test_events_applied_at_any_stage_are_in_the_new_tables(source: str) -> None:
    history = a_shop(orders=120)
    deliver(history[:50])
    left = iter(history[50:])
    known = bodies(history[:70])

    def deliver_some() -> None:
        with meanwhile(lambda: deliver([next(left) for _ in range(5)])):
            pass

    stages = ("rebuilding", "applying", "catching", "verifying", "swapping")
    watcher = Stages(**dict.fromkeys(stages, deliver_some))
    rebuild(known if source == "outbox" else None, watcher=watcher)
    deliver(list(left))

    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table


@pytest.mark.parametrize("source", ["ledger", "outbox"])
def test_a_batch_that_is_still_being_written_is_waited_for(source: str) -> None:
    history = a_shop()
    deliver(history[:30])

    def slow_batch() -> None:
        with transaction.atomic(using="read"):
            deliver(history[30:60])
            written.set()
            eventually(somebody_waits_for_the_projector)
        deliver(history[60:])

    written = Event()
    with meanwhile(slow_batch):
        assert written.wait(10)
        rebuild(bodies(history[:60]) if source == "outbox" else None)

    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table


def somebody_waits_for_the_projector() -> bool:
    return bool(
        rows(
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            " AND objid = %s",
            projector.PROJECTOR_LOCK,
        )
    )
