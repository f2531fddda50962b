"""The sales of one product or category: its total and its series, from its lines."""

from collections.abc import Sequence
from typing import NamedTuple

from queries_app.reports.answers import Row
from queries_app.reports.buckets import buckets
from queries_app.reports.measures import FIGURES, OF_LINES
from queries_app.reports.parts import Scope
from queries_app.reports.pieces import Piece
from queries_app.reports.question import Question, local
from queries_app.reports.ranges import Bucket
from queries_app.reports.snapshot import Queue, Rows, Statement
from queries_app.reports.timeseries import (
    ZEROS,
    SalesBucket,
    SalesTotal,
    bucket,
    total,
)

# The total is the row without a start. Orders are counted for it anew.
SERIES = """
    WITH {first} added AS (
        SELECT width_bucket({booked_at}, {bounds}) AS number, {of_lines}
        FROM ({lines}) AS line WHERE {where}
        GROUP BY GROUPING SETS ((1), ())
    ), told AS (
        SELECT "start", "end", partial, coalesce(bucket.number, 0) AS number, {zeros}
        FROM unnest({starts}, {ends}, {partial})
             WITH ORDINALITY AS bucket ("start", "end", partial, number)
        FULL JOIN added ON added.number = bucket.number
    )
    SELECT "start", "end", {figures}, partial FROM told ORDER BY number
"""
BOOKED_AT = {"event_date": "occurred_at", "order_date": "order_placed_at"}


class Detail(NamedTuple):
    total: SalesTotal
    series: list[SalesBucket]


def detail(
    question: Question, scopes: Sequence[tuple[str, Scope]], queue: Queue
) -> Detail:
    """`scopes`: of the asked range and of the other one, each with own values, and the
    WITH query that it looks into, if any.
    """
    asked = buckets(question.period, question.interval)
    series = [asked]
    if question.comparison:
        series.append(question.comparison.buckets(asked))
    queued = [
        queue(series_of(first, scope, each))
        for (first, scope), each in zip(scopes, series, strict=True)
    ]
    return told(*(each.rows for each in queued))


def told(now: Rows, before: Rows | None = None) -> Detail:
    if before is None:
        return Detail(total(sales(now[0])), [bucket(row) for row in now[1:]])
    return Detail(
        total(sales(now[0]), sales(before[0])),
        [bucket(*rows) for rows in zip(now[1:], before[1:], strict=True)],
    )


def sales(row: Row) -> Row:
    """Of the total, which has no start and no end, and is never partial."""
    return row[2:-1]


def series_of(first: str, scope: Scope, series: Sequence[Bucket]) -> Statement:
    """The total, then a row a bucket: the columns are the fields of SalesBucket."""
    place, zone = scope.values.place, scope.period.zone
    bounds = (*(each.start for each in series), series[-1].end)
    sql = SERIES.format(
        first=f"{first}," if first else "",
        booked_at=BOOKED_AT[scope.attribution],
        bounds=place(bounds, "timestamptz[]"),
        of_lines=OF_LINES,
        lines=scope.lines(Piece(*scope.period[:2])),
        where=scope.where,
        zeros=ZEROS,
        starts=place(tuple(local(each.start, zone) for each in series), "text[]"),
        ends=place(tuple(local(each.end, zone) for each in series), "text[]"),
        partial=place(tuple(each.partial for each in series), "boolean[]"),
        figures=FIGURES,
    )
    return Statement(sql, scope.values)
