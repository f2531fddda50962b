"""How much a key may ask: a bucket of requests each, exact across all processes.

The generic cell rate algorithm (ITU-T I.371): one moment a key says all, that at which
its bucket is full again. The database moves it, in one statement that locks the row.
"""

import math
import time
from typing import NamedTuple

from django.conf import settings
from django.db import connections

from analytics_project.keys.uses import place

MINUTE_US = 60_000_000
# $2 and $3 are microseconds: what a request costs, and what the bucket holds. The clock
# is read behind the lock. A moment further away than a whole bucket is one from before
# the clock was set back, or the limit lowered: the bucket is then empty, no more.
TAKE = """
    INSERT INTO api_key_rates AS known (key_id, full_at, passed)
    VALUES ($1, clock_timestamp() + $2::bigint * interval '1 microsecond', true)
    ON CONFLICT (key_id) DO UPDATE SET (full_at, passed) = (
        SELECT CASE WHEN wanted <= empty THEN wanted ELSE least(known.full_at, empty)
               END, wanted <= empty
        FROM (SELECT clock_timestamp() AS now) AS clock,
             LATERAL (SELECT now + $3::bigint * interval '1 microsecond' AS empty) AS b,
             LATERAL (SELECT greatest(now, known.full_at)
                             + $2::bigint * interval '1 microsecond' AS wanted) AS w
    )
    RETURNING passed, extract(epoch FROM full_at - clock_timestamp())::float8"""


class Limit(NamedTuple):
    per_minute: int
    burst: int  # requests that a full bucket holds

    @property
    def cost_us(self) -> int:
        return MINUTE_US // self.per_minute


class Allowance(NamedTuple):
    """What is left to a key; moments are on the monotonic clock."""

    limit: Limit
    passed: bool
    remaining: int
    full_at: float
    retry_at: float  # when the next request passes, if no other comes first

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers-06 has them; seconds."""
        now, (per_minute, burst) = time.monotonic(), self.limit
        told = {
            "RateLimit-Policy": f"{burst};w={math.ceil(burst * 60 / per_minute)}",
            "RateLimit-Limit": str(burst),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(max(0, math.ceil(self.full_at - now))),
        }
        if not self.passed:
            told["Retry-After"] = str(max(1, math.ceil(self.retry_at - now)))
        return told


# Until its next request can pass a key is refused here: whoever hammers on costs the
# database nothing. That is exact, because the moment only ever moves away.
_refused: dict[str, Allowance] = {}


def limit_of(per_minute: int | None, burst: int | None) -> Limit | None:
    """None says what the settings say; 0 a minute are no limit."""
    rate = settings.API_KEY_RATE if per_minute is None else per_minute
    return Limit(rate, burst or settings.API_KEY_BURST) if rate else None


def take(key_id: str, limit: Limit) -> Allowance:
    """Takes a request out of the bucket. Raises the database's errors."""
    known = _refused.get(key_id)
    if known and known.limit == limit and time.monotonic() < known.retry_at:
        return known
    allowance = asked(key_id, limit)
    if allowance.passed:
        _refused.pop(key_id, None)
    else:
        _refused[key_id] = allowance
    return allowance


def asked(key_id: str, limit: Limit) -> Allowance:
    cost, holds = limit.cost_us, limit.cost_us * limit.burst
    connection = connections[place()]
    connection.close_if_health_check_failed()
    taken = connection.queue(TAKE, [key_id, cost, holds])  # type: ignore[attr-defined]
    [(passed, until_full)] = taken.rows
    now, left_us = time.monotonic(), holds - until_full * 1e6
    return Allowance(
        limit=limit,
        passed=passed,
        remaining=int(left_us // cost) if passed else 0,
        full_at=now + until_full,
        retry_at=now + (cost - left_us) / 1e6,
    )


def forget() -> None:
    _refused.clear()
