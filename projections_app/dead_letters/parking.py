"""What parks: a message that cannot be applied is written down with its reason."""

from collections.abc import Collection, Sequence
from traceback import format_exception
from typing import NamedTuple

from django.db import connections, transaction

from messaging.failpoints import fail_point
from projections_app import projector
from projections_app.identity import identify
from projections_app.models import DeadLetter, DeliveryAttempt

DATABASE = projector.DATABASE

# The driver keeps what it has parsed of a statement: as a list of parameters, this one
# would be another statement for each length.
_PARKED = """
    SELECT fingerprint FROM dead_letters
    WHERE settled_at IS NULL AND fingerprint = ANY(%s)
"""


class Poison(NamedTuple):
    """`event_type` is the broker's word for it, used where the body has none."""

    body: bytes
    error: Exception
    event_type: str = ""
    tries: int = 1


def parked_among(fingerprints: Collection[str]) -> set[str]:
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_PARKED, [list(fingerprints)])
        return {fingerprint for (fingerprint,) in cursor.fetchall()}


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


def told(error: Exception) -> dict[str, str]:
    """Why a message is parked, as the table has it."""
    first_line = str(error).strip().partition("\n")[0]
    return {
        "reason": storable(f"{type(error).__name__}: {first_line}"),
        "traceback": storable("".join(format_exception(error))),
    }


def storable(text: str) -> str:
    """PostgreSQL's text cannot hold NUL, nor UTF-8 a lone surrogate."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def _letter(poison: Poison) -> DeadLetter:
    name = identify(poison.body)
    return DeadLetter(
        fingerprint=name.fingerprint,
        event_id=name.event_id,
        event_type=storable(name.event_type or poison.event_type),
        attempts=poison.tries,
        body=poison.body,
        **told(poison.error),
    )
