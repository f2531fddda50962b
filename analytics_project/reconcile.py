"""Compares every row of the read side with the truth, both ways and to the cent.

An event that is not applied yet is excused, unless the watermark says that it should
be: then it was lost on the way.
"""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.db.backends.utils import CursorWrapper

from analytics_project.comparison import Comparison, compare
from analytics_project.redrive import redrive
from analytics_project.snapshot import moment
from analytics_project.truth import BOOKINGS, LINES, VIEWS
from projections_app import dead_letters, projector

POLL_S = 0.1
LOOK_AGAIN_S = 2.0  # a batch is taken apart in less

# A product event that a newer one has overtaken need not be remembered as applied.
ABSENT = """
    INSERT INTO absent (event_id, subject, state)
    SELECT event_id, subject,
           CASE WHEN event_id IN (SELECT event_id FROM parked) THEN 'parked'
                WHEN published_at < %s THEN 'lost'
                ELSE 'pending' END
    FROM outbox
    WHERE NOT EXISTS (SELECT FROM applied WHERE applied.event_id = outbox.event_id)
    AND NOT EXISTS (
        SELECT FROM found_product_catalog AS product
        WHERE outbox.subject = 'product/' || product.product_id
        AND (outbox.payload->>'version')::int <= product.version
    )
"""
LEAVE_OUT = """
    DELETE FROM found_product_catalog USING absent
    WHERE excused AND subject = 'product/' || product_id
"""


@dataclass(frozen=True, kw_only=True)
class Report:
    comparisons: list[Comparison]
    missing: list[str]  # tables that no replay has made yet
    lost: list[UUID]  # published and passed by the watermark, but never applied
    parked: int
    pending: int  # on their way: no difference

    @property
    def differences(self) -> int:
        return sum(each.differences for each in self.comparisons)

    @property
    def sums_agree(self) -> bool:
        """All views tell one total, whatever the truth is."""
        sums = {each.money for each in self.comparisons if each.money is not None}
        return len(sums) <= 1

    @property
    def is_clean(self) -> bool:
        return self.sums_agree and not (self.differences or self.lost or self.parked)


def reconcile(
    *,
    examples: int = 20,
    excused: Collection[str] = ("pending",),
    on_snapshot: Callable[[], None] = lambda: None,
) -> Report:
    """`examples` of every table are told in full, all differences are counted.

    The read tables are those on the search path of the connection `read`.
    `on_snapshot` is called as soon as the read side may go on.
    """
    with moment(on_snapshot) as (write, watermark, views):
        _find_absent(write, watermark)
        if "lost" not in excused:
            _look_again(write)
        _excuse(write, excused)
        write.execute(LINES)
        write.execute(BOOKINGS)
        return Report(
            comparisons=[compare(write, view, examples) for view in views],
            missing=[view.table for view in VIEWS if view not in views],
            lost=_absent(write, "lost"),
            parked=len(_absent(write, "parked")),
            pending=len(_absent(write, "pending")),
        )


def repair(report: Report) -> int:
    """Has the relay publish lost events again; returns how many."""
    return redrive(report.lost).size


def wait_until_caught_up(seconds: float) -> bool:
    """Whether all that is committed by now is applied within so many seconds."""
    deadline = time.monotonic() + seconds
    with connections["default"].cursor() as write:
        write.execute("SELECT clock_timestamp()")
        [now] = write.fetchone()
    while not (caught_up := _watermark_passes(now)) and time.monotonic() < deadline:
        time.sleep(POLL_S)
    return caught_up


def _watermark_passes(moment: datetime) -> bool:
    with connections["read"].cursor() as read:
        read.execute("SELECT FROM sync_state WHERE watermark >= %s", [moment])
        return read.fetchone() is not None


def _find_absent(write: CursorWrapper, watermark: datetime | None) -> None:
    write.execute(
        "CREATE TEMP TABLE absent (event_id uuid, subject text, state text,"
        " excused boolean) ON COMMIT DROP"
    )
    write.execute(ABSENT, [watermark])


def _look_again(write: CursorWrapper) -> None:
    """An event that arrives now was not lost: its batch was being taken apart."""
    if not (lost := _absent(write, "lost")):
        return
    time.sleep(LOOK_AGAIN_S)
    arrived = projector.applied(lost) | dead_letters.parked_among(set(map(str, lost)))
    write.execute(
        "UPDATE absent SET state = 'pending' WHERE event_id = ANY(%s::uuid[])",
        [list(arrived)],
    )


def _excuse(write: CursorWrapper, states: Collection[str]) -> None:
    write.execute("UPDATE absent SET excused = state = ANY(%s)", [list(states)])
    write.execute(LEAVE_OUT)
    write.execute("ANALYZE absent")


def _absent(write: CursorWrapper, state: str) -> list[UUID]:
    write.execute("SELECT event_id FROM absent WHERE state = %s", [state])
    return [event_id for (event_id,) in write.fetchall()]
