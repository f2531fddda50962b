"""The outbox: the only reader and writer of its rows."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import connection

from commands_app.models import OutboxEvent
from commands_app.session import execute
from messaging import tracing
from messaging.envelope import Envelope, Message, encode
from messaging.events import Event

COUNT_CAP = 10_000  # health need not count further
PAGE = 1_000  # rows that a reader of all events holds in memory
MAX_ID = 2**63 - 1

_trace: ContextVar[str | None] = ContextVar("trace", default=None)

# One JSON document: arrays would be dumped, and their text escaped, value by value.
APPEND = """
    INSERT INTO outbox (event_id, topic, event_type, version, subject, payload,
                        traceparent)
    SELECT id, topic, type, version, subject, payload, $1
    FROM json_to_recordset($2::json)
         AS event (id uuid, topic text, type text, version smallint, subject text,
                   payload jsonb)
"""
COLUMNS = """event_id, event_type, topic, version, subject, created_at, traceparent,
             payload::text AS payload"""
# now() is when this statement's transaction began, so before its snapshot: whatever
# was committed before it is seen here. clock_timestamp() would come after.
PENDING = f"""
    SELECT now(), event.*
    FROM (SELECT) AS always
    LEFT JOIN (SELECT {COLUMNS}, id FROM outbox WHERE published_at IS NULL
               ORDER BY id LIMIT %s) AS event ON true
    ORDER BY event.id
"""  # noqa: S608
AFTER = f"""
    SELECT id, {COLUMNS} FROM outbox WHERE id > %s AND id <= %s ORDER BY id LIMIT %s
"""  # noqa: S608
NEWEST = f"SELECT {COLUMNS} FROM outbox ORDER BY id DESC LIMIT %s"  # noqa: S608
MARK = """
    UPDATE outbox SET published_at = clock_timestamp()
    WHERE event_id = ANY(%s) AND published_at IS NULL
"""
UNMARK = """
    UPDATE outbox SET published_at = NULL
    WHERE event_id = ANY(%s) AND published_at IS NOT NULL
    RETURNING created_at
"""
BACKLOG = """
    SELECT (SELECT count(*) FROM (SELECT FROM outbox WHERE published_at IS NULL
                                  LIMIT %s) AS counted),
           (SELECT now() - created_at FROM outbox WHERE published_at IS NULL
            ORDER BY id LIMIT 1)
"""


class Receipt(NamedTuple):
    """What a command made: the row, and the event that tells of it."""

    id: int
    event_id: UUID


class Pending(NamedTuple):
    """Events to publish; all that was committed before `watermark` is published."""

    messages: list[Message]
    watermark: datetime


class Again(NamedTuple):
    """Published events that are pending again."""

    size: int
    oldest: datetime | None  # when the first of them was created
    since: datetime  # by then they were pending


class Backlog(NamedTuple):
    size: int  # at most COUNT_CAP
    age: timedelta | None  # of the oldest; None: nothing is pending


@contextmanager
def traced_by(trace: str | None) -> Iterator[None]:
    """Events appended inside carry this W3C trace context, as `tracing` keeps it."""
    token = _trace.set(trace)
    try:
        yield
    finally:
        _trace.reset(token)


def append(events: Mapping[UUID, Event]) -> None:
    """Writes events, by their ids, in the transaction of what caused them."""
    rows = [
        {
            "id": event_id,
            "topic": event.TOPIC,
            "type": event.event_type,
            "version": event.VERSION,
            "subject": event.subject,
            "payload": event,
        }
        for event_id, event in events.items()
    ]
    execute(APPEND, _trace.get(), encode(rows).decode())


def pending(limit: int) -> Pending:
    """The oldest unpublished events, in one statement that leaves nothing open.

    The watermark is when the first of them was created, or else the present: an id is
    drawn after its transaction began, so no event with a higher id, seen here or not
    yet committed, can have been committed before the first one's `created_at`.
    """
    with connection.cursor() as cursor:
        cursor.execute(PENDING, [limit])
        rows = cursor.fetchall()
    now, event_id, *_ = rows[0]
    if event_id is None:
        return Pending([], now)
    return Pending([_message(*row[1:-1]) for row in rows], rows[0][6])


def mark_published(event_ids: Collection[UUID]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(MARK, [list(event_ids)])
        return int(cursor.rowcount)


def publish_again(event_ids: Collection[UUID]) -> Again:
    """Makes published events pending; consumers apply each event only once."""
    with connection.cursor() as cursor:
        cursor.execute(UNMARK, [list(event_ids)])
        created = [moment for (moment,) in cursor.fetchall()]
        cursor.execute("SELECT clock_timestamp()")  # after the commit
        [now] = cursor.fetchone()
    return Again(len(created), min(created, default=None), now)


def history(*, first: int = 0, last: int = MAX_ID) -> Iterator[bytes]:
    """Envelopes as they were or will be published, in the order of their rows' ids."""
    for _, body in after(first - 1, last=last):
        yield body


def after(position: int, *, last: int = MAX_ID) -> Iterator[tuple[int, bytes]]:
    """Ids and envelopes of the events with higher ids than `position`, up to `last`.

    Page by page: nothing is held open between two, however long the reader takes. An
    event that commits late, with a lower id than the reader has seen, is not told.
    """
    while rows := _fetch(AFTER, position, last, PAGE):
        yield from ((id_, _message(*row).body) for id_, *row in rows)
        position = rows[-1][0]


def newest(limit: int) -> list[bytes]:
    """The newest envelopes, as a sample."""
    return [_message(*row).body for row in _fetch(NEWEST, limit)]


def recorded(*, after: int = 0) -> int:
    """How many events there are, published or not."""
    return OutboxEvent.objects.filter(id__gt=after).count()


def backlog() -> Backlog:
    with connection.cursor() as cursor:
        cursor.execute(BACKLOG, [COUNT_CAP])
        return Backlog(*cursor.fetchone())


def _message(
    event_id: UUID,
    event_type: str,
    topic: str,
    version: int,
    subject: str,
    created_at: datetime,
    trace: str | None,
    payload: str,
) -> Message:
    traceparent, tracestate = tracing.told(trace)
    envelope = Envelope(
        specversion="1.0",
        id=event_id,
        source=settings.EVENT_SOURCE,
        type=event_type,
        time=created_at,
        dataversion=version,
        subject=subject,
        traceparent=traceparent,
        tracestate=tracestate,
        data=msgspec.Raw(payload.encode()),
    )
    return Message(event_id, event_type, topic, encode(envelope), trace)


def _fetch(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
