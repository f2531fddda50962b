"""The figures of a range: sales, orders, and who the customers were."""

from msgspec import UNSET, UnsetType

from queries_app.reports.answers import (
    Answer,
    Rate,
    Row,
    Sales,
    SalesGrowth,
    beside,
    figures,
)
from queries_app.reports.measures import total_sales
from queries_app.reports.parameters import Attribution
from queries_app.reports.question import Question
from queries_app.reports.ranges import Period
from queries_app.reports.snapshot import Statement, read
from queries_app.reports.view import report


class SummaryFigures(Sales, frozen=True, kw_only=True):
    customers: int
    new_customers: int
    returning_customers: int
    returning_customer_rate: Rate | None
    repeat_purchase_rate: Rate | None


class SummaryGrowth(SalesGrowth, frozen=True, kw_only=True):
    customers: Rate | None
    new_customers: Rate | None
    returning_customers: Rate | None
    returning_customer_rate: Rate | None
    repeat_purchase_rate: Rate | None


class SummaryTotal(SummaryFigures, frozen=True, kw_only=True):
    previous: SummaryFigures | UnsetType = UNSET
    growth: SummaryGrowth | UnsetType = UNSET


class Summary(Answer, frozen=True, kw_only=True):
    total: SummaryTotal


# An order view row without sale lines is of a reversal that came before its sale.
CUSTOMERS = """
    SELECT count(*) AS customers,
           count(*) FILTER (WHERE first_order_date >= $1) AS new_customers,
           count(*) FILTER (WHERE first_order_date < $1) AS returning_customers,
           round(count(*) FILTER (WHERE orders_placed > 1)
                 / nullif(count(*), 0)::numeric, 4) AS returning_customer_rate,
           round(count(*) FILTER (WHERE orders_in_range > 1)
                 / nullif(count(*), 0)::numeric, 4) AS repeat_purchase_rate
    FROM (
        SELECT customer_id, count(*) AS orders_in_range FROM order_view
        WHERE placed_at >= $1 AND placed_at < $2 AND lines > 0
        GROUP BY customer_id
    ) AS buyer
    JOIN customer_ltv_view USING (customer_id)
"""


@report()
def summary(question: Question) -> Summary:
    found = read(*(statement(each, question.attribution) for each in question.periods))
    return Summary(
        meta=question.meta(question.scope(ever=True)),
        total=total(*(rows[0] for rows in found)),
    )


def statement(period: Period, attribution: Attribution) -> Statement:
    """One row, its columns named as the fields of SummaryFigures."""
    sale = total_sales(attribution)
    sql = f"SELECT * FROM ({sale}) AS sale, ({CUSTOMERS}) AS customer"  # noqa: S608
    return Statement(sql, (period.start, period.end))


def total(now: Row, before: Row | None = None) -> SummaryTotal:
    told = figures(SummaryTotal, now)
    return (
        told
        if before is None
        else beside(told, figures(SummaryFigures, before), SummaryGrowth)
    )
