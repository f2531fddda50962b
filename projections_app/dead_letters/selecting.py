"""What selects: parked messages by their numbers, their group or a filter."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, F, Max, Min, QuerySet, TextField, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import MD5, Concat, Left

from projections_app.errors import NotParked, transient_errors
from projections_app.models import DeadLetter

KEY_LENGTH = 8  # characters: groups are counted in dozens

_KEY = Left(MD5(Concat("event_type", Value("\n", TextField()), "cause")), KEY_LENGTH)


class Group(NamedTuple):
    """Messages of one type that are parked for one cause; `key` names the two."""

    key: str
    event_type: str
    cause: str
    size: int
    oldest: datetime
    newest: datetime


class Filter(NamedTuple):
    """Which messages; what is None or empty does not matter."""

    type: str | None = None
    error: str | None = None  # a part of the reason, in either case
    group: str | None = None  # a group's key
    before: datetime | None = None  # parked earlier than this

    def __call__(self, letters: QuerySet[DeadLetter]) -> QuerySet[DeadLetter]:
        if self.type is not None:
            letters = letters.filter(event_type=self.type)
        if self.error is not None:
            letters = letters.filter(reason__icontains=self.error)
        if self.group is not None:
            letters = letters.alias(key=_KEY).filter(key=self.group)
        if self.before is not None:
            letters = letters.filter(parked_at__lt=self.before)
        return letters


def parked() -> QuerySet[DeadLetter]:
    return DeadLetter.objects.filter(settled_at=None)


def among(ids: Iterable[int]) -> QuerySet[DeadLetter]:
    """Any number of them: a statement takes 65,535 parameters, and this is one."""
    array = RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])
    return DeadLetter.objects.filter(id__in=array)


def fixed(letters: QuerySet[DeadLetter], *, limit: int | None = None) -> list[int]:
    """The parked ones among them, as of now, in the order of their events.

    An event's id begins with the time of its creation, so the events of one order come
    as they were made; what is no event comes last.
    """
    with transient_errors():
        ordered = letters.filter(settled_at=None).order_by(
            F("event_id").asc(nulls_last=True), "id"
        )
        return list(ordered.values_list("id", flat=True)[:limit])


def numbered(ids: Iterable[int]) -> list[int]:
    """As `fixed`, of messages by their numbers. Raises NotParked unless all are."""
    wanted = set(ids)
    found = fixed(among(wanted))
    if missing := wanted - set(found):
        raise NotParked(f"no message {min(missing)} is parked")
    return found


def groups(letters: QuerySet[DeadLetter]) -> list[Group]:
    """The largest first."""
    rows = (
        letters.order_by()
        .values("event_type", "cause")
        .annotate(key=_KEY, size=Count("id"))
        .annotate(oldest=Min("parked_at"), newest=Max("parked_at"))
        .order_by("-size", "event_type", "cause")
    )
    return [Group(**row) for row in rows]
