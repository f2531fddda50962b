"""Whether a partition of the outbox may go: every event in it is published and applied.

It looks at each event on both sides, as the auditor does, and so needs no word of it.
"""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from django.db import connections

from analytics_project.arrivals import unapplied
from commands_app import partitions
from projections_app.rebuild import Watcher

SLICE = 10_000  # events that both sides are asked about at once

PARKED = """
    SELECT event_id, bool_or(settled_at IS NULL) FROM dead_letters
    WHERE event_id = ANY(%s)
    AND (settled_at IS NULL OR settlement = 'discarded') GROUP BY event_id
"""


class Standing(NamedTuple):
    """What keeps a partition; `discarded` events are carried along instead."""

    unpublished: int = 0
    on_their_way: int = 0  # or lost: neither applied nor parked
    parked: int = 0
    discarded: tuple[UUID, ...] = ()

    @property
    def reasons(self) -> str:
        """Empty: nothing keeps it."""
        told = {
            "not published": self.unpublished,
            "not applied": self.on_their_way,
            "parked": self.parked,
        }
        return ", ".join(f"{count:,} {what}" for what, count in told.items() if count)


def standing(number: int, watcher: Watcher) -> Standing:
    if unpublished := partitions.pending(number):
        return Standing(unpublished=unpublished)
    found = Standing()
    for event_ids in partitions.slices(number, SLICE):
        if missing := unapplied(event_ids):
            found = _add(found, missing)
        watcher.advance(len(event_ids))
    return found


def _add(found: Standing, missing: Collection[UUID]) -> Standing:
    with connections["read"].cursor() as cursor:
        cursor.execute(PARKED, [list(missing)])
        open_by_id = dict(cursor.fetchall())
    discarded = [each for each, is_open in open_by_id.items() if not is_open]
    return Standing(
        on_their_way=found.on_their_way + len(missing) - len(open_by_id),
        parked=found.parked + len(open_by_id) - len(discarded),
        discarded=(*found.discarded, *discarded),
    )
