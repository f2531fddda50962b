"""Whatever fails or stands in the way of a rebuild leaves the live tables alone."""

from threading import Event

import pytest
from django.db import connections, transaction

from projections_app import dead_letters, swap
from projections_app.errors import InconsistentEvent, ReplayAborted, ReplayRunning
from projections_app.projections.customer_ltv import CUSTOMER_LTV
from projections_app.replays import REPLAY_LOCK
from tests.projections_app import oracle
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
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]


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
