"""Applies events to the read tables: a batch is one transaction, poison is bisected."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from messaging import envelope
from messaging.events import ProductState, Watermark
from messaging.failpoints import fail_point
from projections_app import catalog, declared, ledger, progress
from projections_app.errors import TooSlow, Transient, transient_errors
from projections_app.money import check_money
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS

DATABASE = "read"

# Advisory lock: shared by every batch, exclusive for the short barriers of a replay.
PROJECTOR_LOCK = 0x70726F6A  # "proj"

_LOCK = "SELECT pg_advisory_xact_lock_shared(%s)"

# Sorted, so that two projectors with the same events wait but never deadlock.
_CLAIM = """
    INSERT INTO processed_events (event_id, event_type)
    SELECT * FROM unnest(%s::uuid[], %s::text[]) AS event (id, type) ORDER BY id
        ON CONFLICT (event_id) DO NOTHING
    RETURNING event_id
"""
_APPLIED = "SELECT event_id FROM processed_events WHERE event_id = ANY(%s::uuid[])"

_CLEAR_ATTEMPTS = "DELETE FROM delivery_attempts WHERE fingerprint = ANY(%s::text[])"


class Failure(NamedTuple):
    """A message that can never be applied; `position` is its place in the batch."""

    position: int
    error: Exception


class _Prepared(NamedTuple):
    """A decoded message and what it will write; a watermark is no event."""

    position: int
    id: UUID
    type: str
    time: datetime
    lines: list[ledger.Line]
    product: ProductState | None = None
    watermark: datetime | None = None


def apply(
    bodies: Sequence[bytes], *, projections: Sequence[Projection] = PROJECTIONS
) -> list[Failure]:
    """Applies every message that can be applied, and returns the others.

    What was applied before is left out, so any repetition and any order gives the
    same tables. Raises Transient; then the same batch may be tried again. A replay
    asks for no projections: it rolls them up when the ledger is complete.
    """
    prepared, failures = [], []
    for position, body in enumerate(bodies):
        try:
            prepared.append(_prepare(position, body))
        except Exception as error:  # whatever it is, it is this event's
            failures.append(Failure(position, error))
    return failures + _bisect(prepared, projections)


def applied(event_ids: Iterable[UUID | None]) -> set[str]:
    """Which of the events are known to be applied already."""
    ids = [str(each) for each in event_ids if each]
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_APPLIED, [ids])
        return {str(event_id) for (event_id,) in cursor.fetchall()}


def _prepare(position: int, body: bytes) -> _Prepared:
    received = envelope.decode(body)
    about, payload = received.envelope, received.payload
    named = _Prepared(position, about.id, about.type, about.time, [])
    match payload:
        case Watermark():
            return named._replace(watermark=payload.published_up_to)
        case ProductState():
            check_money(payload.price)
            return named._replace(product=payload)
    return named._replace(lines=ledger.lines(about.id, payload, about.time))


def _bisect(batch: list[_Prepared], projections: Sequence[Projection]) -> list[Failure]:
    """Applies the batch in one transaction, or else in halves.

    So poison is found, and a batch too large for the time that a statement has.
    """
    if not batch:
        return []
    alone = len(batch) == 1
    try:
        with transient_errors(), transaction.atomic(using=DATABASE):
            _write(batch, projections)
    except Transient as error:
        if alone or not isinstance(error, TooSlow):
            raise
    except Exception as error:  # an unforeseen one must not stop the others
        if alone:
            return [Failure(batch[0].position, error)]
    else:
        return []
    middle = len(batch) // 2
    halves = batch[:middle], batch[middle:]
    return [failure for half in halves for failure in _bisect(half, projections)]


def _write(batch: list[_Prepared], projections: Sequence[Projection]) -> None:
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_LOCK, [PROJECTOR_LOCK])
        fail_point("projector.locked")
        new = _claim(cursor, [each for each in batch if each.watermark is None])
        fail_point("projector.claimed")
        lines = [line for each in new for line in each.lines]
        sold = ledger.insert(cursor, lines)
        fail_point("projector.ledger_written")
        for projection in declared.present(cursor, projections) if sold else ():
            cursor.execute(projection.upsert(), [sold])
            fail_point("projector.view_written")
        catalog.upsert(cursor, [each.product for each in new if each.product])
        fail_point("projector.catalog_written")
        cursor.execute(_CLEAR_ATTEMPTS, [[str(each.id) for each in batch]])
        _advance(cursor, batch)
        fail_point("projector.advanced")


def _claim(cursor: CursorWrapper, events: list[_Prepared]) -> list[_Prepared]:
    """The events that nobody has applied before, each once."""
    if not events:
        return []
    by_id = {each.id: each for each in events}
    types = [each.type for each in by_id.values()]
    cursor.execute(_CLAIM, [list(by_id), types])
    return [by_id[event_id] for (event_id,) in cursor.fetchall()]


def _advance(cursor: CursorWrapper, batch: list[_Prepared]) -> None:
    times = [each.time for each in batch if each.watermark is None]
    watermarks = [each.watermark for each in batch if each.watermark]
    progress.advance(
        cursor,
        last_event_at=max(times, default=None),
        watermark=max(watermarks, default=None),
    )
