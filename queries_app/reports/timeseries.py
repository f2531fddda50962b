"""The sales of a range hour by hour, or by days, weeks, months; none left out."""

from collections.abc import Iterable, Sequence
from itertools import starmap

from msgspec import UNSET, UnsetType

from queries_app.reports.answers import (
    Answer,
    LocalTime,
    Row,
    Sales,
    SalesGrowth,
    beside,
    figures,
)
from queries_app.reports.buckets import buckets
from queries_app.reports.measures import ADDED, FIGURES, summed, total_sales
from queries_app.reports.parameters import Attribution
from queries_app.reports.question import Question, local
from queries_app.reports.ranges import Bucket, Period
from queries_app.reports.snapshot import Statement, read
from queries_app.reports.view import report


class SalesTotal(Sales, frozen=True, kw_only=True):
    previous: Sales | UnsetType = UNSET
    growth: SalesGrowth | UnsetType = UNSET


class PreviousBucket(Sales, frozen=True):
    start: LocalTime
    end: LocalTime


class SalesBucket(PreviousBucket, frozen=True, kw_only=True):
    partial: bool  # cut off by the range
    previous: PreviousBucket | UnsetType = UNSET
    growth: SalesGrowth | UnsetType = UNSET


class Timeseries(Answer, frozen=True, kw_only=True):
    total: SalesTotal
    data: list[SalesBucket]


# $1 to $3: where each bucket begins and ends, as told, and whether it is cut off.
# $4: all bounds; $5 and $6: the first and the last of them.
SERIES = """
    WITH summed AS (
        SELECT width_bucket(quarter_start, $4::timestamptz[]) AS number, {summed}
        FROM sales_quarter_view
        WHERE quarter_start >= $5::timestamptz AND quarter_start < $6::timestamptz
        GROUP BY 1
    ),
    added AS (
        SELECT number, "start", "end", partial, {zeros}
        FROM unnest($1::text[], $2::text[], $3::boolean[])
             WITH ORDINALITY AS bucket ("start", "end", partial, number)
        LEFT JOIN summed USING (number)
    )
    SELECT "start", "end", {figures}, partial FROM added ORDER BY number
"""
ZEROS = ", ".join(f"coalesce({name}, 0) AS {name}" for name in ADDED)


@report("interval")
def timeseries(question: Question) -> Timeseries:
    interval = question.interval
    asked = buckets(question.period, interval)
    all_buckets = [asked]
    if question.comparison:
        all_buckets.append(question.comparison.buckets(asked))
    found = read(
        *(total_of(each, question.attribution) for each in question.periods),
        *(series_of(each, question) for each in all_buckets),
    )
    return Timeseries(
        meta=question.meta(question.scope(), interval=interval),
        total=total(*(rows[0] for rows in found[: len(found) // 2])),
        data=list(starmap(bucket, zip(*found[len(found) // 2 :], strict=True))),
    )


def total_of(period: Period, attribution: Attribution) -> Statement:
    return Statement(total_sales(attribution), (period.start, period.end))


def series_of(series: Sequence[Bucket], question: Question) -> Statement:
    """A row a bucket, its columns named as the fields of SalesBucket."""
    zone = question.period.zone
    sql = SERIES.format(
        summed=summed(question.attribution), zeros=ZEROS, figures=FIGURES
    )
    bounds = [each.start for each in series] + [series[-1].end]
    told = [local(at, zone) for at in bounds]
    values = (
        *(array(told[:-1]), array(told[1:])),
        array(str(each.partial) for each in series),
        *(array(told), bounds[0], bounds[-1]),
    )
    return Statement(sql, values)


def array(texts: Iterable[str]) -> str:
    """As PostgreSQL reads it; of texts that need no quotes. psycopg's costs more."""
    return f"{{{','.join(texts)}}}"


def total(now: Row, before: Row | None = None) -> SalesTotal:
    told = figures(SalesTotal, now)
    return told if before is None else beside(told, figures(Sales, before), SalesGrowth)


def bucket(now: Row, before: Row | None = None) -> SalesBucket:
    told = figures(SalesBucket, now)
    if before is None:
        return told
    return beside(told, figures(PreviousBucket, before), SalesGrowth)
