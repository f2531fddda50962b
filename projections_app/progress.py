"""How far the read side is: the newest event, and the watermark applied."""

from datetime import datetime

from django.db import connections
from django.db.backends.utils import CursorWrapper

DATABASE = "read"

# A time of the future was written before the clock was set back. Kept, it would hide
# the lag until that time comes; a minute is what two servers may differ.
_NOT_FUTURE = "{} < clock_timestamp() + interval '1 minute'"
_ADVANCE = f"""
    INSERT INTO sync_state AS target (id, last_event_at, watermark)
    VALUES (1, %s, %s)
        ON CONFLICT (id) DO UPDATE
       SET last_event_at = greatest(target.last_event_at, excluded.last_event_at),
           watermark = greatest(
               CASE WHEN {_NOT_FUTURE.format("target.watermark")}
                    THEN target.watermark END,
               CASE WHEN (excluded.watermark < target.believe_from
                          AND {_NOT_FUTURE.format("target.believe_from")}) IS NOT TRUE
                    THEN excluded.watermark END
           )
"""  # noqa: S608
_APPLIED_UP_TO = f"""
    SELECT watermark FROM sync_state
    WHERE id = 1 AND {_NOT_FUTURE.format("watermark")}
"""  # noqa: S608
_HOLD = "SELECT FROM sync_state WHERE id = 1 FOR UPDATE"
_SET_BACK = """
    UPDATE sync_state
    SET watermark = least(watermark, %s), believe_from = greatest(believe_from, %s)
    WHERE id = 1
"""


def advance(
    cursor: CursorWrapper, *, last_event_at: datetime | None, watermark: datetime | None
) -> None:
    """Moves forward, never back; a watermark that is not believed changes nothing."""
    cursor.execute(_ADVANCE, [last_event_at, watermark])


def applied_up_to() -> datetime | None:
    """The watermark; None before the first, and while it is one of the future."""
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_APPLIED_UP_TO)
        row = cursor.fetchone()
    return row[0] if row else None


def hold() -> None:
    """Nobody applies anything until this transaction ends: it has to be short."""
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_HOLD)


def set_back(*, to: datetime, believe_from: datetime) -> None:
    """Watermarks of before `believe_from` did not know what is missing since `to`."""
    with connections[DATABASE].cursor() as cursor:
        cursor.execute(_SET_BACK, [to, believe_from])
