"""Rows to be summed by product, category or customer, as one SELECT.

They come from tables of months or days and, at the edges of the range, the ledger. Each
has a `key` and the columns of measures.ADDED, and two more that are often asked alone:
`net`, and `touched`, which is not 0 where anything was sold, taken back or cancelled.
What is not asked for, the server does not compute.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Literal, NamedTuple

from queries_app.reports.measures import ADDED, column, lines, plain
from queries_app.reports.parameters import Attribution
from queries_app.reports.pieces import (
    Piece,
    Pieces,
    nearest_day,
    nearest_month,
    pieces,
)
from queries_app.reports.question import Question
from queries_app.reports.ranges import Period
from queries_app.reports.values import Values

SUMMED = ", ".join(f"coalesce(sum({name}), 0) AS {name}" for name in ADDED)

Key = Literal["product_id", "category"]
# The table, what its rows begin with, and the nearest of these moments.
WHOLE: dict[Key, tuple[str, str, Callable[[datetime], datetime]]] = {
    "product_id": ("product_month_view", "month", nearest_month),
    "category": ("category_day_view", "day", nearest_day),
}
# `touched` is no figure: it may be cut off, and an int4 is summed in half the time.
MOST = 10**9
ROWS = """
    SELECT {key} AS key, {added}, gross - discounts - {reversals} AS net,
           least(units + {units_reversed} + {cancelled}, {most})::int AS touched
    FROM {table} WHERE {begins} >= {first} AND {begins} < {last} AND {where}
"""
# A cancellation counts once a key, by its first line: it may take back no pieces.
# (The products are compared so that no index is used but that of the event.)
CANCELS = """CASE WHEN kind = 'cancellation' AND NOT EXISTS (
               SELECT FROM sales_ledger AS other
               WHERE other.event_id = line.event_id AND other.line_no < line.line_no
                     AND other.category = line.category AND {same}
           ) THEN 1 ELSE 0 END"""
SAME: dict[Key, str] = {
    "product_id": "other.product_id IS NOT DISTINCT FROM line.product_id",
    "category": "true",
}
# Counts are not summed over lines: they come from COUNTED_LINES.
LINES = """
    SELECT {key} AS key, 0::bigint AS orders,
           {sign}CASE WHEN kind = 'sale' THEN gross ELSE 0 END AS gross,
           {sign}CASE WHEN kind = 'sale' THEN discount ELSE 0 END AS discounts,
           {sign}CASE WHEN kind = 'sale' THEN quantity ELSE 0 END AS units,
           {sign}CASE WHEN kind = 'sale' THEN 0 ELSE -amount END AS reversals,
           {sign}CASE WHEN kind = 'sale' THEN 0 ELSE -quantity END AS units_reversed,
           0::bigint AS cancelled, {sign}amount AS net,
           {sign}(least(abs(quantity), {most})::int + {cancels}) AS touched
    FROM ({lines}) AS line WHERE {where}
"""
COUNTED_LINES = """
    SELECT key, {sign}count(*) FILTER (WHERE kind = 'sale'),
           0.00, 0.00, 0::bigint, 0.00, 0::bigint,
           {sign}count(*) FILTER (WHERE kind = 'cancellation'), 0.00, 0
    FROM (
        SELECT DISTINCT {key} AS key, order_id, kind
        FROM ({lines}) AS line WHERE kind <> 'refund' AND {where}
    ) AS event
    GROUP BY 1
"""
# An order that has a product in two categories is counted by both of their rows.
TWICE = """
    SELECT DISTINCT month, product_id FROM (
        SELECT month, product_id, lag(product_id) OVER (
                   ORDER BY month, product_id, category) = product_id AS again
        FROM product_month_view
        WHERE month >= {first} AND month < {last} AND {where}
    ) AS sold WHERE again
"""
COUNTED_AGAIN = """
    SELECT product_id, counted.orders - added.orders,
           0.00, 0.00, 0::bigint, 0.00, 0::bigint,
           counted.cancelled - added.cancelled, 0.00, 0
    FROM ({twice}) AS again
    CROSS JOIN LATERAL (
        SELECT sum(orders)::bigint AS orders, sum({cancelled})::bigint AS cancelled
        FROM product_month_view AS each
        WHERE each.month = again.month AND each.product_id = again.product_id
    ) AS added
    CROSS JOIN LATERAL (
        SELECT count(DISTINCT order_id) FILTER (WHERE kind = 'sale') AS orders,
               count(DISTINCT order_id) FILTER (WHERE kind = 'cancellation')
                   AS cancelled
        FROM ({lines}) AS line WHERE line.product_id = again.product_id
    ) AS counted
"""


class Scope(NamedTuple):
    """`where` chooses rows and lines by product_id, category or customer_id."""

    period: Period
    attribution: Attribution
    values: Values
    where: str = "true"

    def also(self, condition: str) -> "Scope":
        return self._replace(where=f"{self.where} AND {condition}")

    def lines(self, piece: Piece) -> str:
        start = self.values.place(piece.start, "timestamptz")
        end = self.values.place(piece.end, "timestamptz")
        return lines(self.attribution, start=start, end=end)


def of_ledger(scope: Scope, key: Key, *, counts: bool) -> str:
    """By product, or by category as sold; without `counts` none that can be told."""
    cut = pieces(scope.period, WHOLE[key][-1])
    parts = [whole(scope, key, cut)]
    if counts and key == "product_id":
        parts.append(counted_again(scope, cut))
    for piece in cut.edges:
        found = scope.lines(piece)
        parts += edge(key, piece, lines=found, counts=counts, where=scope.where)
    return " UNION ALL ".join(parts)


def edge(
    key: Key, piece: Piece, *, lines: str, counts: bool, where: str = "true"
) -> list[str]:
    templates = [LINES, COUNTED_LINES] if counts else [LINES]
    return [
        each.format(
            key=key,
            sign=piece.sign,
            lines=lines,
            where=where,
            cancels=CANCELS.format(same=SAME[key]),
            most=MOST,
        )
        for each in templates
    ]


def whole(scope: Scope, key: Key, cut: Pieces) -> str:
    table, begins, _ = WHOLE[key]
    return ROWS.format(
        key=key,
        added=plain(scope.attribution),
        reversals=column("reversals", scope.attribution),
        units_reversed=column("units_reversed", scope.attribution),
        cancelled=column("cancelled", scope.attribution),
        most=str(MOST),
        table=table,
        begins=begins,
        **of_whole(scope, cut),
    )


def of_whole(scope: Scope, cut: Pieces) -> dict[str, str]:
    return {
        "first": scope.values.place(cut.whole_start.date(), "date"),
        "last": scope.values.place(cut.whole_end.date(), "date"),
        "where": scope.where,
    }


def counted_again(scope: Scope, cut: Pieces) -> str:
    month = lines(
        scope.attribution,
        start="again.month::timestamp AT TIME ZONE 'UTC'",
        end="(again.month + interval '1 month') AT TIME ZONE 'UTC'",
    )
    return COUNTED_AGAIN.format(
        twice=TWICE.format(**of_whole(scope, cut)),
        cancelled=column("cancelled", scope.attribution),
        lines=month,
    )


def scopes_of(question: Question, values: Values) -> list[Scope]:
    """One a range: the asked one, then the one that it is compared with."""
    return [Scope(each, question.attribution, values) for each in question.periods]


def scope_of(question: Question, period: Period) -> Scope:
    """For a statement of its own."""
    return Scope(period, question.attribution, Values())
