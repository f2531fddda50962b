"""Parked messages: kept with their reason until they are retried or discarded.

The table is the authority. The broker's dead-letter queue holds the same messages
for its own tools, and `sync` makes the two agree.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from traceback import format_exception
from typing import NamedTuple

from django.db import connections, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now

from messaging.failpoints import fail_point
from messaging.subscriber import Delivery, Subscriber
from projections_app import projector
from projections_app.errors import DeadLettered, NotParked, transient_errors
from projections_app.identity import identify
from projections_app.models import DeadLetter, DeliveryAttempt, ProcessedEvent

DATABASE = projector.DATABASE
SYNC_BATCH = 500
SYNC_LIMIT = 20_000  # messages that one `sync` holds unsettled, in memory
SYNC_WAIT_S = 1.0  # for the queue's first and next messages

# The driver keeps what it has parsed of a statement: as a list of parameters, this one
# would be another statement for each length.
_PARKED = """
    SELECT fingerprint FROM dead_letters
    WHERE settled_at IS NULL AND fingerprint = ANY(%s)
"""

Settlement = DeadLetter.Settlement


def parked() -> QuerySet[DeadLetter]:
    return DeadLetter.objects.filter(settled_at=None)


def parked_among(fingerprints: Collection[str]) -> set[str]:
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_PARKED, [list(fingerprints)])
        return {fingerprint for (fingerprint,) in cursor.fetchall()}


class Poison(NamedTuple):
    """`event_type` is the broker's word for it, used where the body has none."""

    body: bytes
    error: Exception
    event_type: str = ""
    tries: int = 1


def park(body: bytes, error: Exception, *, event_type: str = "", tries: int = 1) -> str:
    """Commits the message to the table, unless it is parked there; returns why."""
    return park_all([Poison(body, error, event_type, tries)])[0]


def park_all(poison: Sequence[Poison]) -> list[str]:
    """Parks messages in one transaction, and returns why each was."""
    letters = [_letter(each) for each in poison]
    prints = [letter.fingerprint for letter in letters]
    with transaction.atomic(using=DATABASE):
        DeadLetter.objects.bulk_create(letters, ignore_conflicts=True)
        DeliveryAttempt.objects.filter(fingerprint__in=prints).delete()
        fail_point("dead_letters.written")
    return [letter.reason for letter in letters]


def _letter(poison: Poison) -> DeadLetter:
    name = identify(poison.body)
    return DeadLetter(
        fingerprint=name.fingerprint,
        event_id=name.event_id,
        event_type=_storable(name.event_type or poison.event_type),
        attempts=poison.tries,
        body=poison.body,
        **_reason(poison.error),
    )


def retry(ids: Sequence[int]) -> dict[int, str | None]:
    """Applies parked messages again: by id why one failed again, else None.

    Raises NotParked before any is applied, unless another settles one meanwhile, and
    Transient when the read database cannot answer.
    """
    with transient_errors():
        found = set(parked().filter(id__in=ids).values_list("id", flat=True))
    for id_ in ids:
        if id_ not in found:
            raise _not_parked(id_)
    return {id_: _retry(id_) for id_ in dict.fromkeys(ids)}


def discard(ids: Sequence[int], *, reason: str) -> None:
    """Settles messages without applying them, all or none; the reason is kept.

    Raises NotParked.
    """
    with transaction.atomic(using=DATABASE):
        for id_ in ids:
            letter = _locked(id_)
            letter.reason = _storable(f"{letter.reason} [discarded: {reason}]")
            _settle(letter, Settlement.DISCARDED)


def sync(queue: Subscriber) -> Counter[str]:
    """Makes table and dead-letter queue agree; `queue` consumes the latter.

    Copies what the broker parked by itself, drops what is settled, keeps the rest.
    """
    _settle_applied()
    done: Counter[str] = Counter()
    while done.total() < SYNC_LIMIT:
        batch = queue.receive(limit=SYNC_BATCH, wait=SYNC_WAIT_S)
        if not batch:
            break
        done.update(_sync(queue, batch))
    return done


def _settle_applied() -> None:
    """An event that came again by another way and was applied needs no retry."""
    applied = ProcessedEvent.objects.filter(event_id=OuterRef("event_id"))
    parked().filter(Exists(applied)).update(
        settlement=Settlement.RETRIED, settled_at=Now()
    )


def _sync(queue: Subscriber, batch: Sequence[Delivery]) -> list[str]:
    """What was done with each message: kept, dropped or copied."""
    names = [identify(delivery.body) for delivery in batch]
    prints = {name.fingerprint for name in names}
    kept = parked_among(prints)
    settled = DeadLetter.objects.filter(fingerprint__in=prints).exclude(settled_at=None)
    over = projector.applied(name.event_id for name in names) | set(
        settled.values_list("fingerprint", flat=True)
    )
    done = []
    for delivery, name in zip(batch, names, strict=True):
        if name.fingerprint in kept:
            done.append("kept")
        elif name.fingerprint in over:
            queue.ack([delivery.tag])
            done.append("dropped")
        else:
            park(delivery.body, DeadLettered(), event_type=delivery.type or "")
            kept.add(name.fingerprint)
            done.append("copied")
    return done


def _retry(id_: int) -> str | None:
    with transient_errors(), transaction.atomic(using=DATABASE):
        letter = _locked(id_)
        failures = projector.apply([bytes(letter.body)])
        if not failures:
            _settle(letter, Settlement.RETRIED)
            return None
        for field, text in _reason(failures[0].error).items():
            setattr(letter, field, text)
        letter.attempts += 1
        letter.save(update_fields=["reason", "traceback", "attempts"])
        return letter.reason


def _locked(id_: int) -> DeadLetter:
    letter = parked().select_for_update().filter(id=id_).first()
    if letter is None:
        raise _not_parked(id_)
    return letter


def _not_parked(id_: int) -> NotParked:
    return NotParked(f"no message {id_} is parked")


def _settle(letter: DeadLetter, settlement: Settlement) -> None:
    letter.settlement = settlement
    letter.settled_at = Now()
    letter.save(update_fields=["reason", "settlement", "settled_at"])


def _reason(error: Exception) -> dict[str, str]:
    first_line = str(error).strip().partition("\n")[0]
    return {
        "reason": _storable(f"{type(error).__name__}: {first_line}"),
        "traceback": _storable("".join(format_exception(error))),
    }


def _storable(text: str) -> str:
    """PostgreSQL's text cannot hold NUL, nor UTF-8 a lone surrogate."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()
