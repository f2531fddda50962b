"""The outbox's partitions: one takes the events, the others are closed and may go.

The number of a row's partition can be read off its id. Nobody has to make partitions
ahead: ids go on in the next one when that is there, and not before.
"""

import logging
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from commands_app.errors import OutboxBusy

logger = logging.getLogger(__name__)

SPAN = 10**12  # ids of a partition
LOCK_MS = 40  # of each lock: who comes waits no longer behind us for who is there
ATTEMPTS = 60
PAUSE_S = 1.0  # between two attempts; everybody goes on meanwhile

NUMBERS = """
    SELECT substring(relname FROM 'outbox_(\\d+)$')::int
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
    WHERE inhparent = 'outbox'::regclass ORDER BY 1
"""
IN_USE = f"""
    SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence('outbox', 'id')), 0)
           / {SPAN}
"""
MAKE = """
    CREATE TABLE outbox_{number}
        (LIKE outbox INCLUDING ALL EXCLUDING IDENTITY EXCLUDING COMMENTS);
    ALTER TABLE outbox ATTACH PARTITION outbox_{number}
        FOR VALUES FROM ({first}) TO ({end});
"""
# The lock waits for all who have written, and is held by them until they commit: behind
# it no event with a lower id can become visible, and all know the new partition.
TURN = """
    LOCK TABLE ONLY outbox IN SHARE MODE;
    PERFORM setval(pg_get_serial_sequence('outbox', 'id'), {first});
"""
DROP = """
    LOCK TABLE ONLY outbox IN ACCESS EXCLUSIVE MODE;
    IF NOT EXISTS (SELECT FROM outbox WHERE published_at IS NULL
                   AND id >= {first} AND id < {end}) THEN
        DROP TABLE outbox_{number};
    END IF;
"""
# One statement: no lock is held while this process waits for its processor.
BRIEFLY = "DO $$ BEGIN SET LOCAL lock_timeout = {milliseconds}; {statements} END $$"
HOLD = (
    "SET LOCAL idle_in_transaction_session_timeout = 0",
    "LOCK TABLE ONLY outbox IN ACCESS SHARE MODE",
)
EDGES = """
    SELECT * FROM (SELECT event_id, created_at FROM outbox WHERE id BETWEEN %s AND %s
                   ORDER BY id LIMIT 1) AS first (first, oldest),
                  (SELECT event_id, created_at FROM outbox WHERE id BETWEEN %s AND %s
                   ORDER BY id DESC LIMIT 1) AS last (last, newest)
"""
COUNT = "SELECT count(*) FROM outbox WHERE id BETWEEN %s AND %s"
PENDING = f"{COUNT} AND published_at IS NULL"
EVENTS = """
    SELECT id, event_id FROM outbox WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
"""
CARRY = """
    UPDATE outbox SET id = nextval(pg_get_serial_sequence('outbox', 'id'))
    WHERE event_id = ANY(%s) AND id BETWEEN %s AND %s
"""


class Range(NamedTuple):
    """The ids of a partition."""

    first: int
    last: int


class Edges(NamedTuple):
    """The first and the last event of a partition, if any, and their creation."""

    first: UUID | None = None
    oldest: datetime | None = None
    last: UUID | None = None
    newest: datetime | None = None


def ids(number: int) -> Range:
    return Range(number * SPAN, (number + 1) * SPAN - 1)


def numbers() -> list[int]:
    return [number for (number,) in _ask(NUMBERS)]


def in_use() -> int:
    """The number of the partition that events go into."""
    [(number,)] = _ask(IN_USE)
    return int(number)


def closed() -> list[int]:
    """From the oldest on; nothing more will become visible in them."""
    current = in_use()
    return [number for number in numbers() if number < current]


def edges(number: int) -> Edges:
    rows = _ask(EDGES, *ids(number), *ids(number))
    return Edges(*rows[0]) if rows else Edges()


def events(number: int) -> int:
    [(count,)] = _ask(COUNT, *ids(number))
    return int(count)


def pending(number: int) -> int:
    [(count,)] = _ask(PENDING, *ids(number))
    return int(count)


def size(number: int) -> int:
    """Bytes on disk, indexes included."""
    [(size,)] = _ask("SELECT pg_total_relation_size(%s::regclass)", f"outbox_{number}")
    return int(size)


def slices(number: int, rows: int) -> Iterator[list[UUID]]:
    """The ids of its events, so many at a time."""
    after, last = ids(number).first - 1, ids(number).last
    while found := _ask(EVENTS, after, last, rows):
        yield [event_id for _, event_id in found]
        after = found[-1][0]


def make_next() -> None:
    """Makes the partition after the one in use, unless it is there."""
    number = in_use() + 1
    if number not in numbers():
        _briefly(MAKE, number)


def turn() -> None:
    """Closes the partition in use: ids go on in the next one."""
    _briefly(TURN, in_use() + 1)


def carry(event_ids: Collection[UUID], number: int) -> None:
    """Moves events to the partition in use."""
    with connection.cursor() as cursor:
        cursor.execute(CARRY, [list(event_ids), *ids(number)])


def drop(number: int) -> bool:
    """Whether it is gone: it stays if something in it is to be published again."""
    _briefly(DROP, number)
    return number not in numbers()


@contextmanager
def held() -> Iterator[list[int]]:
    """None of these partitions is dropped inside, which may take its time."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in HOLD:
                cursor.execute(statement)
        yield numbers()


def _ask(query: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def _briefly(statements: str, number: int) -> None:
    """Tries until nobody is in the way of the locks; raises OutboxBusy."""
    first, end = number * SPAN, (number + 1) * SPAN
    body = statements.format(number=number, first=first, end=end)
    for attempt in range(ATTEMPTS):
        if attempt:
            time.sleep(PAUSE_S)
        try:
            with connection.cursor() as cursor:
                cursor.execute(BRIEFLY.format(milliseconds=LOCK_MS, statements=body))
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            logger.info("somebody holds the outbox, trying again")
        else:
            return
    raise OutboxBusy
