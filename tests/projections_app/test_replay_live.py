"""While events stream in and readers read, replays follow each other unseen."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from threading import Event

import pytest

from messaging.events import OrderCreated
from projections_app import projector
from tests.projections_app import oracle
from tests.projections_app.conftest import eventually
from tests.projections_app.histories import Recorded, bodies
from tests.projections_app.replaying import (
    a_shop,
    meanwhile,
    rebuild,
    roll_back,
    rows,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]

# One statement, so one snapshot: a mix of generations or a half-filled table shows.
TOTALS = """
    SELECT (SELECT coalesce(sum(total_revenue), 0) FROM product_sales_view),
           (SELECT coalesce(sum(total_spent), 0) FROM customer_ltv_view),
           (SELECT coalesce(sum(total_revenue), 0) FROM category_metrics_view),
           (SELECT coalesce(sum(total_revenue), 0) FROM hourly_sales_view),
           (SELECT coalesce(sum(amount), 0) FROM sales_ledger)
"""


@contextmanager
def repeated(step: Callable[[], None]) -> Iterator[None]:
    stop = Event()

    def loop() -> None:
        while not stop.is_set():
            step()

    with meanwhile(loop):
        try:
            yield
        finally:
            stop.set()


def read_steadily(seen: list[Decimal]) -> None:
    [totals] = rows(TOTALS)
    assert len(set(totals)) == 1, totals
    assert not seen or totals[0] >= seen[-1], "a figure went back"
    seen.append(totals[0])


def sales_only(history: Sequence[Recorded]) -> list[Recorded]:
    """Without reversals no figure ever goes down."""
    return [each for each in history if isinstance(each[1], OrderCreated)]


def test_nobody_sees_a_replay_but_by_its_right_figures() -> None:
    history = sales_only(a_shop(orders=5000))
    deliveries = bodies(history)
    batches = iter(deliveries[n : n + 5] for n in range(0, len(deliveries), 5))
    seen: list[Decimal] = []
    outbox: list[bytes] = []

    def apply_one_batch() -> None:
        outbox.extend(batch := next(batches, []))
        assert projector.apply(batch) == []

    with ExitStack() as life:
        life.enter_context(repeated(apply_one_batch))
        life.enter_context(repeated(lambda: read_steadily(seen)))
        eventually(lambda: len(outbox) > 100)
        rounds = 0  # that ended before the events did: at least one, often several
        while len(outbox) < len(deliveries):
            rebuild()
            roll_back()
            rebuild(outbox)
            rounds += len(outbox) < len(deliveries)

    assert rounds, "the events were used up before the first replays were over"
    assert len(seen) > 20
    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table
