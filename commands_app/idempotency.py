"""Idempotency-Key: the same POST, sent again, gets the first one's answer.

The answer is stored in the transaction of the work, so there is never one without the
other; a lock on the key keeps a second request out while the first still runs.
"""

import hashlib
import re
from collections.abc import Callable
from typing import NamedTuple
from uuid import UUID

from commands_app.errors import Invalid, KeyReused, StillRunning
from commands_app.session import execute, in_transaction
from messaging.failpoints import fail_point

KEY = re.compile(r"[!-~]{1,255}")  # visible ASCII

# Two statements: the second one's snapshot is taken when the lock is held.
LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))"
FIND = """
    SELECT fingerprint, status, body, event_id FROM idempotency_keys WHERE key = $1
"""
STORE = """
    INSERT INTO idempotency_keys (key, fingerprint, status, body, event_id)
    VALUES ($1, $2, $3, $4, $5)
"""


class Answer(NamedTuple):
    """What a command tells its client, ready to be sent."""

    status: int
    body: bytes
    event_id: UUID
    replayed: bool = False


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).digest()


def once(key: str, asked: bytes, work: Callable[[], Answer]) -> Answer:
    """Does the work unless an answer to `asked`, a fingerprint, is stored by the key.

    Raises Invalid, StillRunning or KeyReused; work that fails stores nothing.
    """
    if not KEY.fullmatch(key):
        raise Invalid("An Idempotency-Key is 1 to 255 visible ASCII characters.")
    return in_transaction(lambda: _once(key, asked, work))


def _once(key: str, asked: bytes, work: Callable[[], Answer]) -> Answer:
    lock = execute(LOCK, key)
    found = execute(FIND, key)
    if not lock.rows[0][0]:
        raise StillRunning
    if found.rows:
        first_asked, status, body, event_id = found.rows[0]
        if first_asked != asked:
            raise KeyReused
        return Answer(status, body, event_id, replayed=True)
    fail_point("idempotency.locked")
    answer = work()
    fail_point("idempotency.worked")
    execute(STORE, key, asked, answer.status, answer.body, answer.event_id)
    fail_point("idempotency.stored")
    return answer
