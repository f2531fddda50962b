"""What settles: parked messages are applied after all, or given up with a reason.

Each action is written down with its outcome, in the transaction of what it did.
"""

import time
from collections.abc import Iterable, Iterator, Sequence
from threading import Event
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from projections_app import projector
from projections_app.dead_letters.parking import DATABASE, storable, told
from projections_app.dead_letters.selecting import among, parked
from projections_app.errors import NoReason, transient_errors
from projections_app.models import DeadLetter, DeadLetterAction, ProcessedEvent

DISCARD_BATCH = 1000  # messages a transaction

Action = DeadLetterAction.Action
Result = DeadLetterAction.Outcome
Settlement = DeadLetter.Settlement


class Outcome(NamedTuple):
    """Of a retry; `result` is None for what another has settled meanwhile."""

    id: int
    result: Result | None
    reason: str = ""  # why it failed again


def retry(ids: Iterable[int], *, by: str, dry_run: bool = False) -> Iterator[Outcome]:
    """Applies parked messages, one when the next outcome is asked for.

    Each is a transaction: whoever stops asking leaves the others parked. A dry run
    applies as well, and takes all back. Raises Transient when the read database cannot
    answer.
    """
    for id_ in ids:
        with transient_errors(), transaction.atomic(using=DATABASE):
            outcome = _retry(id_, by)
            if dry_run:
                transaction.set_rollback(True, using=DATABASE)
        yield outcome


def paced(ids: Iterable[int], *, rate: float | None, stop: Event) -> Iterator[int]:
    """Hands out at most `rate` a second, without bursts, and none after `stop`."""
    due = time.monotonic()
    for id_ in ids:
        stop.wait(max(0.0, due - time.monotonic()))
        if stop.is_set():
            return
        due = time.monotonic() + (1 / rate if rate else 0)
        yield id_


def discard(ids: Sequence[int], *, by: str, reason: str) -> int:
    """Settles the parked ones without applying them; how many that were.

    Raises NoReason.
    """
    if not reason.strip():
        raise NoReason
    batches = range(0, len(ids), DISCARD_BATCH)
    return sum(_discard(ids[n : n + DISCARD_BATCH], by, reason) for n in batches)


def settle_applied(*, by: str) -> None:
    """Events that came again by another way and were applied need no retry."""
    applied = ProcessedEvent.objects.filter(event_id=OuterRef("event_id"))
    with transaction.atomic(using=DATABASE):
        over = parked().select_for_update().filter(Exists(applied))
        letters = list(over.defer("body", "traceback"))
        _settle(letters, Settlement.RETRIED)
        _write_down(letters, Action.SYNC, Result.APPLIED, by)


def _retry(id_: int, by: str) -> Outcome:
    letter = parked().select_for_update().filter(id=id_).first()
    if letter is None:
        return Outcome(id_, None)
    failures = projector.apply([bytes(letter.body)])
    if not failures:
        _settle([letter], Settlement.RETRIED)
        _write_down([letter], Action.RETRY, Result.APPLIED, by)
        return Outcome(id_, Result.APPLIED)
    for field, text in told(failures[0].error).items():
        setattr(letter, field, text)
    letter.attempts += 1
    letter.save(update_fields=["reason", "traceback", "attempts"])
    _write_down([letter], Action.RETRY, Result.FAILED, by, letter.reason)
    return Outcome(id_, Result.FAILED, letter.reason)


def _discard(ids: Sequence[int], by: str, reason: str) -> int:
    with transaction.atomic(using=DATABASE):
        rows = among(ids).filter(settled_at=None).select_for_update().order_by("id")
        letters = list(rows.defer("body", "traceback"))
        _settle(letters, Settlement.DISCARDED)
        _write_down(letters, Action.DISCARD, Result.DISCARDED, by, reason)
    return len(letters)


def _settle(letters: Sequence[DeadLetter], settlement: Settlement) -> None:
    among(letter.id for letter in letters).update(
        settlement=settlement, settled_at=Now()
    )


def _write_down(
    letters: Sequence[DeadLetter],
    action: Action,
    outcome: Result,
    by: str,
    why: str = "",
) -> None:
    DeadLetterAction.objects.bulk_create(
        DeadLetterAction(
            actor=storable(by),
            action=action,
            letter_id=letter.id,
            fingerprint=letter.fingerprint,
            event_type=letter.event_type,
            outcome=outcome,
            reason=storable(why),
        )
        for letter in letters
    )
