"""Making keys and taking them back: the same row in both databases.

There is no commit of both at once. What fails half-way errs on the safe side, is said,
and is put right by doing it again, or by `sync`.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from analytics_project.keys import rates, token
from analytics_project.keys.errors import NoSuchKey, NotEverywhere
from analytics_project.models import ApiKey

DATABASES = ("default", "read")
COLUMNS = (
    *("name", "digest", "scopes", "created_at", "expires_at", "revoked_at"),
    *("per_minute", "burst"),
)


def create(
    *,
    name: str,
    scopes: Iterable[str],
    expires_at: datetime | None,
    per_minute: int | None = None,
    burst: int | None = None,
) -> str:
    """Answers the key itself, which is kept nowhere."""
    made = token.new()
    row = ApiKey(
        key_id=made.key_id,
        name=name,
        digest=token.digest(made.text),
        scopes=" ".join(sorted(set(scopes))),
        created_at=timezone.now(),
        expires_at=expires_at,
        per_minute=per_minute,
        burst=burst,
    )
    with both():
        put([row])
    return made.text


def rotate(
    key_id: str, *, overlap: timedelta, expires_at: datetime | None
) -> tuple[str, datetime]:
    """A new key in the place of one that ends after `overlap`, and when that is."""
    old = living(key_id)
    end = min(filter(None, (timezone.now() + overlap, old.expires_at)))
    with both():
        made = create(
            name=old.name,
            scopes=old.scopes.split(),
            expires_at=expires_at,
            per_minute=old.per_minute,
            burst=old.burst,
        )
        for database in DATABASES:  # nothing else of it: it may be revoked meanwhile
            rows(database).filter(pk=key_id).update(expires_at=end)
    return made, end


def living(key_id: str) -> ApiKey:
    key = ApiKey.objects.filter(key_id=key_id, revoked_at=None).first()
    if key is None or state(key) != "active":
        raise NoSuchKey(key_id)
    return key


def limit(key_ids: Iterable[str], *, per_minute: int | None, burst: int | None) -> None:
    """None: what the settings say; 0 a minute: no limit."""
    ids = set(key_ids)
    with both():
        for database in DATABASES:
            keys = rows(database).filter(key_id__in=ids, revoked_at=None)
            if missing := ids - set(keys.values_list("key_id", flat=True)):
                raise NoSuchKey(*sorted(missing))
            keys.update(per_minute=per_minute, burst=burst)


def revoke(key_ids: Iterable[str]) -> None:
    """In each database that answers; raises NotEverywhere if one did not."""
    ids, now = set(key_ids), timezone.now()
    failures = {}
    for database in DATABASES:
        try:
            revoke_in(database, ids, now)
        except (DatabaseError, InterfaceError) as error:
            failures[database] = str(error).strip().partition("\n")[0]
    if failures:
        raise NotEverywhere(failures)


def revoke_in(database: str, ids: set[str], now: datetime) -> None:
    keys = rows(database).filter(key_id__in=ids)
    missing = ids - set(keys.values_list("key_id", flat=True))
    if missing and database == "default":
        raise NoSuchKey(*sorted(missing))
    keys.filter(revoked_at=None).update(revoked_at=now)


def sync() -> int:
    """After a database was restored: both know all keys, and the stricter word holds.

    Answers how many keys the two did not agree on.
    """
    with both():
        write, read = (
            {key.pk: key for key in rows(name).select_for_update()}
            for name in DATABASES
        )
        differing = [
            key_id
            for key_id in sorted(write.keys() | read.keys())
            if told(write.get(key_id)) != told(read.get(key_id))
        ]
        put([stricter(write.get(each), read.get(each)) for each in differing])
    return len(differing)


def rows(database: str) -> QuerySet[ApiKey]:
    return ApiKey.objects.using(database).order_by("created_at", "key_id")


def told(key: ApiKey | None) -> list[object]:
    if key is None:
        return []
    values = [getattr(key, name) for name in COLUMNS]
    return [bytes(v) if isinstance(v, memoryview) else v for v in values]


def stricter(*both: ApiKey | None) -> ApiKey:
    known = [key for key in both if key]
    key = known[0]
    for name in ("expires_at", "revoked_at"):
        ends = [value for each in known if (value := getattr(each, name))]
        setattr(key, name, min(ends, default=None))
    return key


def both() -> ExitStack:
    """A transaction on either; the inner one is committed first."""
    stack = ExitStack()
    for database in DATABASES:
        stack.enter_context(transaction.atomic(using=database))
    return stack


def put(keys: list[ApiKey]) -> None:
    for database in DATABASES:
        ApiKey.objects.using(database).bulk_create(
            keys,
            update_conflicts=True,
            unique_fields=["key_id"],
            update_fields=COLUMNS,
        )


def limit_of(key: ApiKey) -> str:
    found = rates.limit_of(key.per_minute, key.burst)
    return f"{found.per_minute}/min, {found.burst} at once" if found else "none"


def state(key: ApiKey) -> str:
    if key.revoked_at:
        return "revoked"
    if key.expires_at and key.expires_at <= timezone.now():
        return "expired"
    return "active"
