"""Parked messages: kept with their reason until they are retried or discarded.

The table is the authority. The broker's dead-letter queue holds the same messages
for its own tools, and `sync` makes the two agree.
"""

from projections_app.dead_letters.broker_queue import SYNC_LIMIT, sync
from projections_app.dead_letters.parking import Poison, park, park_all, parked_among
from projections_app.dead_letters.selecting import (
    Filter,
    Group,
    among,
    fixed,
    groups,
    numbered,
    parked,
)
from projections_app.dead_letters.settling import Outcome, discard, paced, retry

__all__ = [
    "SYNC_LIMIT",
    "Filter",
    "Group",
    "Outcome",
    "Poison",
    "among",
    "discard",
    "fixed",
    "groups",
    "numbered",
    "paced",
    "park",
    "park_all",
    "parked",
    "parked_among",
    "retry",
    "sync",
]
