"""Statements of what changed the net sales of past days after the day had ended."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from queries_app.reports.moments import Page
from queries_app.reports.parameters import Attribution
from queries_app.reports.ranges import DAY, Period, midnight, naive
from queries_app.reports.snapshot import INSTANT, Statement

# $1 and $2: the range; $3: the days that it touches; $4: where they begin, and where
# the last ends; $5: how many rows at most; $6 and $7: time and key of the last told.
#
# A line is recorded when its event was committed; lines from before that was kept have
# only the time at which the event occurred. Quarters of an hour are compared for the
# index sales_ledger_late: no zone's day ends within one.
CHANGED_AT = "coalesce(recorded_at, occurred_at)"
QUARTER = "date_bin('15 minutes', {}, timestamptz '2000-01-01 00:00+00')"
IS_LATE = (
    f"{QUARTER.format(CHANGED_AT)}"
    f" > {QUARTER.format('least(occurred_at, order_placed_at)')}"
)
# An order may be placed some minutes ahead of the clock, and be cancelled before.
AHEAD = "interval '1 day'"
LATE = f"""
    SELECT event_id, kind, order_id, amount, {CHANGED_AT} AS changed_at,
           width_bucket({{booked_at}}, $4::timestamptz[]) AS number
      FROM sales_ledger
     WHERE {IS_LATE} AND {CHANGED_AT} >= $1
       AND {{booked_at}} >= $1::timestamptz AND {{booked_at}} < $2::timestamptz
       AND occurred_at >= $1 - {AHEAD}
"""  # noqa: S608 (parts of our own)
EVENTS = """
    SELECT changed_at, event_id, min(number) AS number, min(kind) AS kind,
           min(order_id) AS order_id, sum(amount)::numeric(24, 2) AS change
      FROM ({late}) AS late
     WHERE changed_at >= ($4::timestamptz[])[number + 1] AND {after}
     GROUP BY changed_at, event_id HAVING sum(amount) <> 0 {page}
"""
BOOKED_AT: dict[Attribution, str] = {  # of a sale they are the same
    "event_date": "occurred_at",
    "order_date": "order_placed_at",
}


class Listed(NamedTuple):
    """The rows of a list, and where it goes on. Rows end in their time and key."""

    rows: str
    page: str  # of the events
    after: str
    key: type[int] | type[UUID]


BY_EVENT = Listed(
    f"""
    SELECT ($3::text[])[number], {INSTANT.format("changed_at")}, event_id::text, kind,
           order_id, change, changed_at, event_id::text
      FROM ({{events}}) AS event ORDER BY changed_at DESC, event_id DESC
    """,  # noqa: S608
    "ORDER BY changed_at DESC, event_id DESC LIMIT $5::bigint",
    "($6::timestamptz IS NULL OR (changed_at, event_id) < ($6, $7::uuid))",
    UUID,
)
BY_DAY = Listed(
    f"""
    SELECT ($3::text[])[number], {INSTANT.format("max(changed_at)")}, count(*),
           sum(change), ($4::timestamptz[])[number], number
      FROM ({{events}}) AS event
     GROUP BY number ORDER BY number DESC LIMIT $5::bigint
    """,  # noqa: S608
    "",
    "($6::timestamptz IS NULL OR number < $7::bigint)",
    int,
)
TOTAL = Listed(
    """
    SELECT count(*), coalesce(sum(change), 0.00) FROM ({events}) AS event
    WHERE $5::bigint IS NULL
    """,
    "",
    "$6::timestamptz IS NULL AND $7::bigint IS NULL",
    int,
)


def statement(
    listed: Listed, period: Period, attribution: Attribution, place: Page
) -> Statement:
    late = LATE.format(booked_at=BOOKED_AT[attribution])
    events = EVENTS.format(late=late, after=listed.after, page=listed.page)
    bounds = bounds_of(period)
    names = [naive(at, period.zone).date().isoformat() for at in bounds[:-1]]
    at, key, most = place.values
    values = (*period[:2], names, bounds, most, at, key)
    return Statement(listed.rows.format(events=events), values)


def bounds_of(period: Period) -> list[datetime]:
    """Where the local days that the range touches begin, and where the last ends."""
    start, end, zone = period
    day = naive(start, zone).date()
    bounds = [midnight(day, zone)]
    while bounds[-1] < end:
        day += DAY
        bounds.append(midnight(day, zone))
    return bounds
