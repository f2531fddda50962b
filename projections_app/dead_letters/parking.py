"""What parks: a message that cannot be applied is written down with its reason."""

from collections.abc import Collection, Sequence
from traceback import StackSummary, format_exception_only, walk_tb
from typing import NamedTuple
from uuid import UUID

from django.db import connections, transaction

from messaging.failpoints import fail_point
from projections_app import projector
from projections_app.identity import identify

DATABASE = projector.DATABASE

# The driver keeps what it has parsed of a statement: as lists of parameters, these
# would be other statements for each length.
_PARKED = """
    SELECT fingerprint FROM dead_letters
    WHERE settled_at IS NULL AND fingerprint = ANY(%s)
"""

# Sorted, so that two consumers with the same poison wait but never deadlock.
_PARK = """
    WITH forgotten AS (
        DELETE FROM delivery_attempts WHERE fingerprint = ANY(%(fingerprint)s)
    )
    INSERT INTO dead_letters (
        fingerprint, event_id, event_type, reason, traceback, attempts, body
    )
    SELECT * FROM unnest(
        %(fingerprint)s::text[], %(event_id)s::uuid[], %(event_type)s::text[],
        %(reason)s::text[], %(traceback)s::text[], %(attempts)s::int[],
        %(body)s::bytea[]
    ) AS letter (fingerprint) ORDER BY fingerprint
        ON CONFLICT DO NOTHING
"""


class Poison(NamedTuple):
    """`event_type` is the broker's word for it, used where the body has none."""

    body: bytes
    error: Exception
    event_type: str = ""
    tries: int = 1


class _Letter(NamedTuple):
    """The fields are named as the columns."""

    fingerprint: str
    event_id: UUID | None
    event_type: str
    reason: str
    traceback: str
    attempts: int
    body: bytes


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
    columns = dict(
        zip(_Letter._fields, map(list, zip(*letters, strict=True)), strict=True)
    )
    with transaction.atomic(using=DATABASE), connections[DATABASE].cursor() as cursor:
        cursor.execute(_PARK, columns)
        fail_point("dead_letters.written")
    return [letter.reason for letter in letters]


def told(error: Exception) -> dict[str, str]:
    """Why a message is parked, as the table has it."""
    first_line = str(error).strip().partition("\n")[0]
    return {
        "reason": storable(f"{type(error).__name__}: {first_line}"),
        "traceback": storable("".join(_traceback(error))),
    }


def storable(text: str) -> str:
    """PostgreSQL's text cannot hold NUL, nor UTF-8 a lone surrogate."""
    return text.replace("\0", "\\0").encode(errors="backslashreplace").decode()


def _traceback(error: BaseException) -> list[str]:
    """Much as Python prints it, without the marks under the lines.

    Those are parsed out of the source for each frame, a third of what parking takes.
    """
    context = None if error.__suppress_context__ else error.__context__
    before = error.__cause__ or context
    frames = [
        (frame.f_code.co_filename, line, frame.f_code.co_name, None)
        for frame, line in walk_tb(error.__traceback__)
    ]
    return [
        *((*_traceback(before), "\n") if before else ()),
        "Traceback (most recent call last):\n",
        *StackSummary.from_list(frames).format(),
        *format_exception_only(error),
    ]


def _letter(poison: Poison) -> _Letter:
    name = identify(poison.body)
    return _Letter(
        fingerprint=name.fingerprint,
        event_id=name.event_id,
        event_type=storable(name.event_type or poison.event_type),
        **told(poison.error),
        attempts=poison.tries,
        body=poison.body,
    )
