"""What a consumer knows of broker and database: one row, which says why the lag grows.

Of several consumers it is the last word of any.
"""

import logging

from django.db import Error, connections

from messaging.status import State
from projections_app.projector import DATABASE

logger = logging.getLogger(__name__)

TELL = """
    INSERT INTO consumer_status AS known (id, state, reason) VALUES (1, %s, %s)
        ON CONFLICT (id) DO UPDATE
       SET state = excluded.state,
           reason = excluded.reason,
           since = CASE WHEN known.state = excluded.state THEN known.since
                        ELSE excluded.since END,
           seen_at = excluded.seen_at
"""


def tell(state: State, reason: str) -> None:
    """Never in the way of consuming: a failure is logged."""
    try:
        with connections[DATABASE].cursor() as cursor:
            cursor.execute(TELL, [state, reason])
    except Error as error:
        logger.warning("the consumer's status was not written: %s", str(error).strip())
