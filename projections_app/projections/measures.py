"""What every roll-up by time counts: sales, and what was taken back of them.

A reversal is booked when it was made, and (`_by_order`) when its order was placed: its
line goes into two buckets, or twice into one.
"""

from collections.abc import Mapping
from typing import LiteralString

from projections_app.projection import Merge

COLUMNS: Mapping[str, Merge] = {
    "orders": "add",
    "gross": "add",
    "discounts": "add",
    "units": "add",
    "reversals": "add",
    "units_reversed": "add",
    "cancelled": "add",
    "reversals_by_order": "add",
    "units_reversed_by_order": "add",
    "cancelled_by_order": "add",
}
DAY: LiteralString = "(booked_at AT TIME ZONE 'UTC')::date"
MONTH: LiteralString = "date_trunc('month', booked_at AT TIME ZONE 'UTC')::date"
QUARTER_HOUR: LiteralString = (
    "date_bin('15 minutes', booked_at, timestamptz '2000-01-01 00:00+00')"
)

SALE: LiteralString = "FILTER (WHERE kind = 'sale')"
MADE: LiteralString = "FILTER (WHERE kind <> 'sale' AND as_made)"
BY_ORDER: LiteralString = "FILTER (WHERE NOT as_made)"


def rolled_up(key: LiteralString, *, by: LiteralString) -> LiteralString:
    """The query of a roll-up; `key` names the columns `by` which it is grouped."""
    return f"""
        SELECT {key},
               count(DISTINCT order_id) {SALE} AS orders,
               coalesce(sum(gross) {SALE}, 0) AS gross,
               coalesce(sum(discount) {SALE}, 0) AS discounts,
               coalesce(sum(quantity) {SALE}, 0) AS units,
               coalesce(-sum(amount) {MADE}, 0) AS reversals,
               coalesce(-sum(quantity) {MADE}, 0) AS units_reversed,
               count(DISTINCT order_id)
                   FILTER (WHERE kind = 'cancellation' AND as_made) AS cancelled,
               coalesce(-sum(amount) {BY_ORDER}, 0) AS reversals_by_order,
               coalesce(-sum(quantity) {BY_ORDER}, 0) AS units_reversed_by_order,
               count(DISTINCT order_id)
                   FILTER (WHERE kind = 'cancellation' AND NOT as_made)
                   AS cancelled_by_order
          FROM {{ledger}}
         CROSS JOIN LATERAL (
               SELECT occurred_at, true
                UNION ALL
               SELECT order_placed_at, false WHERE kind <> 'sale'
             ) AS booking (booked_at, as_made)
         WHERE {{where}}
         GROUP BY {by}
    """  # noqa: S608 (parts of our own)
