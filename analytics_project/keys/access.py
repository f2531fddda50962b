"""Whether a key opens a door: asked of the role's own database, for a second kept."""

import time
from hmac import compare_digest
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connections

from analytics_project.keys import rates, token
from analytics_project.keys.rates import Limit
from queries_app import reading

KEPT_S = 1.0  # a revocation is seen by every process within this
# What a scope opens: an operator's key opens both APIs.
OPENS = {
    "commands": frozenset({"commands"}),
    "queries": frozenset({"queries"}),
    "admin": frozenset({"admin", "commands", "queries"}),
}
SCOPES = tuple(OPENS)
FIND = """
    SELECT digest, scopes, coalesce(extract(epoch FROM expires_at), 'infinity')::float8,
           per_minute, burst
    FROM api_keys WHERE key_id = $1 AND revoked_at IS NULL"""


class Key(NamedTuple):
    key_id: str
    digest: bytes
    opens: frozenset[str]
    expires: float  # Unix time
    kept_until: float  # on the monotonic clock
    limit: Limit | None


_kept: dict[str, Key] = {}  # only keys that exist: strangers cannot make it grow


def key_of(text: str) -> Key | None:
    """The key that this is, if it may be used now. Raises the database's errors."""
    key_id = token.id_of(text)
    if key_id is None or (key_id not in _kept and token.is_mistyped(text)):
        return None
    key = by_id(key_id)
    if key is None or not compare_digest(key.digest, token.digest(text)):
        return None
    return key


def by_id(key_id: str) -> Key | None:
    """For who has proved before that the key is theirs."""
    key = _kept.get(key_id)
    if key is None or key.kept_until < time.monotonic():
        key = found(key_id)
    return key if key and key.expires > time.time() else None


def found(key_id: str) -> Key | None:
    begun = time.monotonic()
    row = asked(key_id)
    if row is None:
        _kept.pop(key_id, None)
        return None
    digest, scopes, expires, *limit = row
    opens = frozenset().union(*(OPENS.get(scope, ()) for scope in scopes.split()))
    key = Key(
        key_id=key_id,
        digest=bytes(digest),
        opens=opens,
        expires=expires,
        kept_until=begun + KEPT_S,
        limit=rates.limit_of(*limit),
    )
    _kept[key_id] = key
    return key


def asked(key_id: str) -> tuple[Any, ...] | None:
    """The query role has the read database alone, and both survive a lost link."""
    if settings.ROLE == "queries":
        row: tuple[Any, ...] | None = reading.first(FIND, [key_id])
        return row
    connection = connections["default"]
    connection.close_if_health_check_failed()
    rows = connection.queue(FIND, [key_id]).rows  # type: ignore[attr-defined]
    return rows[0] if rows else None


def forget() -> None:
    _kept.clear()
    rates.forget()
