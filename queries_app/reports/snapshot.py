"""Several statements that see the same data: one read-only transaction."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from django.db import connections, transaction

from queries_app.reading import again_if_lost

Found = TypeVar("Found")
Rows = list[tuple[Any, ...]]

# A plan for any range suits none: a day wants an index, a year wants to read on.
CUSTOM_PLANS = "SET LOCAL plan_cache_mode = force_custom_plan"
# A time as responses.instant tells it.
INSTANT = "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
BEGIN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"


class Statement(NamedTuple):
    """`sql` numbers its parameters as PostgreSQL does: $1, $2."""

    sql: str
    values: Sequence[Any] = ()


def rows(statement: Statement) -> Rows:
    return read(statement)[0]


def read(*statements: Statement) -> list[Rows]:
    """The rows of each, all from one snapshot, in one round trip."""

    def work(queue: "Queue") -> list[Rows]:
        queued = [queue(statement) for statement in statements]
        return [each.rows for each in queued]

    return in_snapshot(work)


Queue = Callable[[Statement], Any]  # its result's `.rows` sends all that is queued


def in_snapshot(work: Callable[[Queue], Found]) -> Found:
    """For statements that depend on each other. Done again if the link was lost."""
    return again_if_lost(lambda: once(work))


def once(work: Callable[[Queue], Found]) -> Found:
    connection: Any = connections["read"]
    connection.opened()  # before the transaction, which it would begin
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using="read"):
        if is_outermost:  # tests have begun theirs
            connection.queue(BEGIN, ())
        connection.queue(CUSTOM_PLANS, ())
        return work(lambda each: connection.queue(each.sql, each.values))
