"""Customers by the month of their first order: who came back, and what they brought."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from msgspec import structs

from queries_app.errors import InvalidParameter
from queries_app.reports.answers import Answer, LocalTime, Rate, Row
from queries_app.reports.buckets import buckets
from queries_app.reports.parameters import Attribution
from queries_app.reports.question import Question, local
from queries_app.reports.ranges import Bucket
from queries_app.reports.snapshot import Statement, rows
from queries_app.reports.table import Sheet
from queries_app.reports.view import report
from queries_app.responses import Money, Response


class Cell(Response, frozen=True):
    """The cohort in its month number `month`; its first one is 0."""

    month: int
    customers: int  # who placed an order in it
    share: Rate | None
    net_sales: Money  # from the first month up to the end of this one
    net_sales_per_customer: Money | None


class Cohort(Response, frozen=True):
    start: LocalTime
    end: LocalTime
    partial: bool  # the range begins or ends within the month
    customers: int
    months: list[Cell]


class Cohorts(Answer, frozen=True, kw_only=True):
    rows: list[Cohort]


# $1: where the local months begin, and the end; $2 and $3: the first and last of them.
# A first order that was placed after something of it was taken back counts from then.
COHORTS = """
    WITH member AS (
        SELECT customer_id, width_bucket(first_order_date, $1::timestamptz[]) AS cohort
        FROM customer_ltv_view
        WHERE first_order_date >= $2::timestamptz AND first_order_date < $3::timestamptz
              AND orders_placed > 0
    ), ordered AS (
        SELECT cohort, month - cohort AS age, count(*) AS ordered
        FROM (
            SELECT DISTINCT customer_id, width_bucket(placed_at, $1) AS month
            FROM order_view
            WHERE placed_at >= $2 AND placed_at < $3 AND lines > 0
        ) AS active
        JOIN member USING (customer_id)
        GROUP BY 1, 2
    ), added AS (
        SELECT cohort, greatest(month - cohort, 0) AS age, sum(net) AS net
        FROM ({booked}
        ) AS booked
        JOIN member USING (customer_id)
        GROUP BY 1, 2
    ), size AS (
        SELECT cohort, count(*) AS customers FROM member GROUP BY 1
    ), told AS (
        SELECT cohort, age, coalesce(customers, 0) AS customers,
               coalesce(ordered, 0) AS ordered,
               (sum(coalesce(net, 0)) OVER (PARTITION BY cohort ORDER BY age))
                   ::numeric(24, 2) AS net
        FROM generate_series(1, cardinality($1) - 1) AS cohort
        CROSS JOIN LATERAL generate_series(0, cardinality($1) - 1 - cohort) AS age
        LEFT JOIN size USING (cohort)
        LEFT JOIN ordered USING (cohort, age)
        LEFT JOIN added USING (cohort, age)
    )
    SELECT cohort, customers, age, ordered,
           round(ordered / nullif(customers, 0)::numeric, 4), net,
           round(net / nullif(customers, 0), 2)
    FROM told ORDER BY cohort, age
"""
ORDERS = """
            SELECT customer_id, width_bucket(placed_at, $1) AS month, {net} AS net
            FROM order_view WHERE placed_at >= $2 AND placed_at < $3"""
REVERSALS = """
             UNION ALL
            SELECT customer_id, width_bucket(occurred_at, $1), amount
            FROM sales_ledger
            WHERE kind <> 'sale' AND occurred_at >= $2 AND occurred_at < $3"""
BOOKED = {
    "event_date": ORDERS.format(net="gross - discounts") + REVERSALS,
    "order_date": ORDERS.format(net="gross - discounts - reversals"),
}


class CohortMonth(Response, frozen=True):
    """A cell as a line of a file."""

    start: LocalTime  # of the cohort
    end: LocalTime
    partial: bool
    cohort_customers: int
    month: int
    customers: int
    share: Rate | None
    net_sales: Money
    net_sales_per_customer: Money | None


def sheet(question: Question) -> Sheet:
    answer = answered(question)
    rows = [
        CohortMonth(*structs.astuple(each)[:-1], *structs.astuple(cell))
        for each in answer.rows
        for cell in each.months
    ]
    return Sheet(answer.meta, CohortMonth, rows, total=None)


@report(table=sheet)
def cohorts(question: Question) -> Cohorts:
    return answered(question)


def answered(question: Question) -> Cohorts:
    if question.comparison:
        raise InvalidParameter("compare", "is not for cohorts: their months compare.")
    months = buckets(question.period, "month")
    found = rows(statement(months, question.attribution))
    told = (list(cells) for _, cells in groupby(found, itemgetter(0)))
    return Cohorts(
        meta=question.meta(question.scope(ever=True)),
        rows=[
            a_cohort(question, month, cells)
            for month, cells in zip(months, told, strict=True)
        ],
    )


def statement(months: Sequence[Bucket], attribution: Attribution) -> Statement:
    """A row a cohort and month of it."""
    bounds = [*(each.start for each in months), months[-1].end]
    sql = COHORTS.format(booked=BOOKED[attribution])
    return Statement(sql, (bounds, bounds[0], bounds[-1]))


def a_cohort(question: Question, month: Bucket, cells: Sequence[Row]) -> Cohort:
    zone = question.period.zone
    return Cohort(
        local(month.start, zone),
        local(month.end, zone),
        month.partial,
        cells[0][1],
        [Cell(*cell[2:]) for cell in cells],
    )
