"""What became of every order, as Jepsen's total-queue counts it."""

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from chaos.system import System

if TYPE_CHECKING:
    from chaos.load import Load

# An order's number is its placed_at, in seconds since choices.FIRST_PLACED_AT.
WRITTEN = """
    SELECT extract(epoch FROM placed_at - '2020-01-01T00:00Z')::bigint, id FROM orders
"""
SOLD = """
    SELECT order_id, count(DISTINCT event_id) FROM sales_ledger
    WHERE kind = 'sale' GROUP BY order_id
"""
PARKED = "SELECT event_id FROM dead_letters WHERE settled_at IS NULL"
PARKED_ORDERS = "SELECT id FROM orders WHERE event_id = ANY(%s)"


class Accounting(NamedTuple):
    """Orders. `recovered` ones were answered by an error once and exist, once."""

    attempted: int
    acknowledged: int
    lost: int
    doubled: int
    unexpected: int
    recovered: int

    def __str__(self) -> str:
        told = [f"{name} {value:,}" for name, value in self._asdict().items()]
        return ", ".join(told)

    def plus(self, other: "Accounting") -> "Accounting":
        return Accounting(*(a + b for a, b in zip(self, other, strict=True)))


def account(system: System, load: "Load") -> Accounting:
    """From the clients' record and both databases; what is parked is not lost."""
    parked = [event_id for (event_id,) in system.read_db(PARKED)]
    return count(
        attempted=load.attempted,
        acknowledged=load.orders,
        troubled=load.troubled,
        written=system.write_db(WRITTEN),
        sold=dict(system.read_db(SOLD)),
        parked={id_ for (id_,) in system.write_db(PARKED_ORDERS, parked)},
    )


def count(
    *,
    attempted: set[int],
    acknowledged: dict[int, int],
    troubled: set[int],
    written: list[tuple[int, int]],
    sold: dict[int, int],
    parked: set[int],
) -> Accounting:
    """`acknowledged` and `written` are numbers with ids, `sold` ids with sales."""
    times = Counter(number for number, _ in written)
    known = {number for number in times if number in attempted}
    ids = {id_ for _, id_ in written}
    lost = [
        number
        for number, id_ in acknowledged.items()
        if id_ not in ids or (id_ not in sold and id_ not in parked)
    ]
    shared = len(acknowledged) - len(set(acknowledged.values()))  # one id, two orders
    unsold = ids - sold.keys() - parked - set(acknowledged.values())
    doubled = sum(times[number] - 1 for number in known)
    doubled += sum(sales - 1 for sales in sold.values())
    unexpected = sum(n for number, n in times.items() if number not in known)
    return Accounting(
        attempted=len(attempted),
        acknowledged=len(acknowledged),
        lost=len(lost) + len(unsold) + shared,
        doubled=doubled,
        unexpected=unexpected + len(sold.keys() - ids),
        recovered=sum(1 for number in troubled & known if times[number] == 1),
    )
