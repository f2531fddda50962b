"""What the relay knows of the broker: one row, which says why the outbox grows."""

import logging

from django.db import Error, connection

from messaging.status import State

logger = logging.getLogger(__name__)

# Session advisory lock of the one relay that publishes; released by its connection's
# end, so a dead leader is followed by whichever stands by.
LEADER_LOCK = 0x6F7574_626F78  # "outbox"

# The leader is heard, or anybody while nobody leads: a session's lock is no obstacle to
# the same session.
TELL = """
    INSERT INTO relay_status AS known (id, state, reason)
    SELECT 1, %s, %s WHERE pg_try_advisory_xact_lock(%s)
        ON CONFLICT (id) DO UPDATE
       SET state = excluded.state,
           reason = excluded.reason,
           since = CASE WHEN known.state = excluded.state THEN known.since
                        ELSE excluded.since END,
           seen_at = excluded.seen_at
"""


def tell(state: State, reason: str) -> None:
    """Never in the way of publishing: a failure is logged."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(TELL, [state, reason, LEADER_LOCK])
    except Error as error:
        logger.warning("the relay's status was not written: %s", str(error).strip())
