"""The generation before comes back as it was, with all that was applied since."""

from collections.abc import Sequence

import pytest

from projections_app.errors import ReplayAborted
from projections_app.models import ProjectionState
from projections_app.projections.product_sales import PRODUCT_SALES
from tests.projections_app import oracle
from tests.projections_app.histories import Recorded, bodies
from tests.projections_app.replaying import (
    Stages,
    a_shop,
    deliver,
    execute,
    left_behind,
    rebuild,
    roll_back,
    rows,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]
REVENUE = "SELECT sum(total_revenue) FROM product_sales_view"


@pytest.fixture
def history() -> Sequence[Recorded]:
    return a_shop(orders=90)


@pytest.mark.parametrize("source", ["ledger", "outbox"])
def test_the_previous_tables_come_back_with_what_came_since(
    history: Sequence[Recorded], source: str
) -> None:
    deliver(history[:40])
    rebuild(bodies(list(history[:60])) if source == "outbox" else None)
    deliver(history[40:])

    roll_back()

    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table
    assert left_behind() == []


def test_they_come_back_as_they_were_right_or_wrong(
    history: Sequence[Recorded],
) -> None:
    deliver(history)
    execute("UPDATE product_sales_view SET total_revenue = total_revenue + 1")
    wrong = rows(REVENUE)
    rebuild()
    right = rows(REVENUE)

    roll_back()
    assert rows(REVENUE) == wrong
    roll_back()
    assert rows(REVENUE) == right


def test_a_rollback_that_was_cut_short_counts_nothing_twice(
    history: Sequence[Recorded],
) -> None:
    deliver(history[:40])
    rebuild()
    deliver(history[40:])

    with pytest.raises(KeyboardInterrupt):
        roll_back(watcher=Stages(swapping=interrupt))
    roll_back()

    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table


def interrupt() -> None:
    raise KeyboardInterrupt


def test_it_is_the_newest_swap_that_is_undone(history: Sequence[Recorded]) -> None:
    deliver(history[:40])
    rebuild(bodies(list(history[:60])))
    deliver(history[40:50])
    rebuild(projections=[PRODUCT_SALES])
    deliver(history[50:])

    assert roll_back().tables == ["product_sales_view"]

    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table


def test_without_a_previous_generation_there_is_no_way_back() -> None:
    with pytest.raises(ReplayAborted, match="no previous generation"):
        roll_back()


def test_a_migration_since_the_swap_closes_the_way_back(
    history: Sequence[Recorded],
) -> None:
    deliver(history)
    rebuild()
    execute("ALTER TABLE customer_ltv_view ADD COLUMN note text")
    try:
        with pytest.raises(ReplayAborted, match="customer_ltv_view is gone or has"):
            roll_back()
    finally:
        execute("ALTER TABLE customer_ltv_view DROP COLUMN note")


def test_each_swap_is_a_new_generation(history: Sequence[Recorded]) -> None:
    deliver(history)
    rebuild(projections=[PRODUCT_SALES])
    rebuild(projections=[PRODUCT_SALES])

    state = ProjectionState.objects.get(name="product_sales")

    [last] = rows("SELECT max(id) FROM sales_ledger")
    assert (state.generation, state.previous_cut) == (3, last[0])
