"""Rebuilt tables are the live ones again, healed; whatever fails leaves them alone."""

from threading import Event

import pytest
from django.db import connections, transaction

from projections_app import dead_letters, projector, swap
from projections_app.errors import InconsistentEvent, ReplayAborted, ReplayRunning
from projections_app.projections import CUSTOMER_LTV, PRODUCT_SALES
from projections_app.replay import REPLAY_LOCK
from tests.projections_app import oracle
from tests.projections_app.conftest import eventually
from tests.projections_app.histories import bodies
from tests.projections_app.messages import POISON
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
    "category_month_view",
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


def test_a_second_replay_at_the_same_time_is_refused() -> None:
    deliver(a_shop())
    execute("CREATE SCHEMA replay_next")

    def hold() -> None:
        with connections["read"].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [REPLAY_LOCK])
            held.set()
            assert release.wait(10)

    held, release = Event(), Event()
    with meanwhile(hold):
        held.wait(10)
        try:
            with pytest.raises(ReplayRunning):
                rebuild()
        finally:
            release.set()

    assert left_behind() == ["replay_next"]  # it may be the other one's


def test_an_event_that_cannot_be_applied_ends_the_replay_unless_it_is_parked() -> None:
    history = a_shop()
    deliver(history)
    exact = oracle.stored()
    poisoned = [*bodies(history), POISON["a total of something else"]]

    with pytest.raises(ReplayAborted, match="is not parked"):
        rebuild(poisoned)
    dead_letters.park(poisoned[-1], InconsistentEvent("it does not add up"))
    rebuild(poisoned)

    assert oracle.stored() == exact


def test_tables_that_do_not_verify_are_not_swapped_in() -> None:
    deliver(a_shop())
    execute("DELETE FROM customer_ltv_view")

    def refuse(resume: object) -> None:
        raise ReplayAborted("wrong")

    with pytest.raises(ReplayAborted, match="wrong"):
        rebuild(verify=refuse)

    assert oracle.stored()["customer_ltv_view"] == {}
    assert left_behind() == []
    deliver(a_shop(2))  # the projector is not kept waiting


def test_ctrl_c_cleans_up() -> None:
    deliver(a_shop())
    exact = oracle.stored()

    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(watcher=Stages(catching=interrupt))

    assert left_behind() == []
    assert oracle.stored() == exact


def test_a_reader_in_the_way_delays_the_swap_but_no_other_reader(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deliver(a_shop())
    monkeypatch.setattr(swap, "ATTEMPTS", 3)
    monkeypatch.setattr(swap, "PAUSE_S", 0.01)

    def read_for_long() -> None:
        with transaction.atomic(using="read"):
            execute("SELECT FROM customer_ltv_view")
            reading.set()
            assert release.wait(10)

    reading, release = Event(), Event()
    with meanwhile(read_for_long):
        reading.wait(10)
        try:
            with pytest.raises(ReplayAborted, match="long transaction"):
                rebuild(projections=[CUSTOMER_LTV])
        finally:
            release.set()

    done = rebuild(projections=[CUSTOMER_LTV])
    assert done.readers < 0.5


def test_a_view_of_somebody_else_on_a_table_is_not_left_behind() -> None:
    execute("CREATE VIEW report AS SELECT * FROM product_sales_view")
    try:
        with pytest.raises(ReplayAborted, match="report on product_sales_view"):
            rebuild()
    finally:
        execute("DROP VIEW report")
