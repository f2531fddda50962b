"""What to do with messages that the broker delivers again.

A message that kills the process leaves no error behind, only a redelivery. So
redeliveries are counted in the database before they are tried: the first one in
bulk, later ones each alone, so that the count grows for the killer only.

A process that has lost its connection and lives was killed by none of them. What comes
again then is neither counted nor slowed down, however often the network fails.
"""

from collections.abc import Collection, Sequence
from enum import Enum, auto

from django.db import connections

from messaging.failpoints import fail_point
from messaging.subscriber import Delivery
from projections_app import projector
from projections_app.dead_letters import parked_among
from projections_app.identity import Identity, identify

_COUNT = """
    INSERT INTO delivery_attempts AS target (fingerprint, attempts)
    SELECT fingerprint, 2 FROM unnest(%s::text[]) AS fingerprint
     ORDER BY fingerprint
        ON CONFLICT (fingerprint) DO UPDATE
       SET attempts = target.attempts + 1, last_at = now()
    RETURNING fingerprint, attempts
"""
_COUNTED = "SELECT fingerprint FROM delivery_attempts WHERE fingerprint = ANY(%s)"


class Verdict(Enum):
    TOGETHER = auto()  # apply it in a batch
    ALONE = auto()  # count it, then apply it in a transaction of its own
    APPLIED = auto()  # it was applied before: acknowledge
    PARKED = auto()  # it was parked before: reject


def judge(
    deliveries: Sequence[Delivery], *, survived: bool = False
) -> dict[int, Verdict]:
    """By delivery tag; counts what is redelivered for the first time.

    `survived`: this process had them, or others, on a connection before this one.
    """
    again = {each.tag: identify(each.body) for each in deliveries if each.redelivered}
    if not again:
        return {each.tag: Verdict.TOGETHER for each in deliveries}
    verdicts = _judge_again(again.values(), survived=survived)
    return {
        each.tag: verdicts[again[each.tag].fingerprint]
        if each.redelivered
        else Verdict.TOGETHER
        for each in deliveries
    }


def count(delivery: Delivery) -> int:
    """How often the message was delivered by now, this time included."""
    fingerprint = identify(delivery.body).fingerprint
    return _count({fingerprint})[fingerprint]


def _count(fingerprints: Collection[str]) -> dict[str, int]:
    with connections[projector.DATABASE].cursor() as cursor:
        cursor.execute(_COUNT, [list(fingerprints)])
        return dict(cursor.fetchall())


def _counted_among(fingerprints: Collection[str]) -> set[str]:
    with connections[projector.DATABASE].cursor() as cursor:
        cursor.execute(_COUNTED, [list(fingerprints)])
        return {fingerprint for (fingerprint,) in cursor.fetchall()}


def _judge_again(names: Collection[Identity], *, survived: bool) -> dict[str, Verdict]:
    prints = {name.fingerprint for name in names}
    applied = projector.applied(name.event_id for name in names)
    parked = parked_among(prints - applied)
    pending = prints - applied - parked
    suspects = set() if survived else _counted_among(pending)
    if not survived:
        _count(pending - suspects)
    fail_point("redelivery.counted")
    return {
        **dict.fromkeys(applied, Verdict.APPLIED),
        **dict.fromkeys(parked, Verdict.PARKED),
        **dict.fromkeys(suspects, Verdict.ALONE),
        **dict.fromkeys(pending - suspects, Verdict.TOGETHER),
    }
