"""Customers by what they brought in, or by any other measure."""

from msgspec import UNSET, UnsetType

from queries_app.reports import ranking
from queries_app.reports.answers import Answer, Sales, SalesGrowth
from queries_app.reports.listing import Listing, listing
from queries_app.reports.parts import Scope, scopes_of
from queries_app.reports.question import Question
from queries_app.reports.ranking import Board, page
from queries_app.reports.snapshot import Statement, read
from queries_app.reports.table import Table
from queries_app.reports.timeseries import SalesTotal, total
from queries_app.reports.values import Values
from queries_app.reports.view import report


class SoldCustomer(Sales, frozen=True):
    customer_id: int


class CustomerRow(SoldCustomer, frozen=True, kw_only=True):
    previous: Sales | UnsetType = UNSET
    growth: SalesGrowth | UnsetType = UNSET


class TopCustomers(Answer, frozen=True, kw_only=True):
    total: SalesTotal
    rows: list[CustomerRow]
    next: str | None


# An order whose sale has not come yet (no lines) is none so far.
ORDERS = """
    SELECT customer_id AS key, (lines > 0)::int::bigint AS orders, gross, discounts,
           units, {reversals} AS reversals, {units_reversed} AS units_reversed,
           {cancelled} AS cancelled, gross - discounts - {reversals} AS net,
           (lines > 0 OR {units_reversed} > 0 OR {cancelled} > 0)::int AS touched
    FROM order_view WHERE placed_at >= {start} AND placed_at < {end} AND {where}
"""
BY_ORDER = {
    "reversals": "reversals",
    "units_reversed": "units_reversed",
    "cancelled": "cancelled",
}
SALES_ALONE = {
    "reversals": "0.00",
    "units_reversed": "0::bigint",
    "cancelled": "0::bigint",
}
REVERSALS = """
     UNION ALL
    SELECT customer_id, 0::bigint, 0.00, 0.00, 0::bigint, -amount, -quantity,
           (kind = 'cancellation' AND NOT EXISTS (
               SELECT FROM sales_ledger AS other
               WHERE other.event_id = line.event_id AND other.line_no < line.line_no
           ))::int::bigint, amount, 1
    FROM sales_ledger AS line
    WHERE kind <> 'sale' AND occurred_at >= {start} AND occurred_at < {end}
          AND {where}
"""


def table(question: Question) -> Table:
    asked = ranking.everything(question)
    return ranking.table(question, CustomerRow, statement(question, asked))


# Customers have no names to search in.
@report("limit", "order", "cursor", table=table)
def top_customers(question: Question) -> TopCustomers:
    asked = listing(question, measures=ranking.MEASURES)
    rows, *sums = read(statement(question, asked), *ranking.totals(question))
    told = page(asked, rows, CustomerRow)
    return TopCustomers(
        meta=question.meta(question.scope()),
        total=total(*(each[0] for each in sums)),
        rows=told.rows,
        next=told.next,
    )


def statement(question: Question, asked: Listing) -> Statement:
    values = Values()
    scopes = scopes_of(question, values)
    now, *before = (
        of_orders(ranking.on_page(each, "customer_id", asked)) for each in scopes
    )
    board = Board(
        ranked=of_orders(scopes[0]), now=now, before=before[0] if before else None
    )
    return ranking.statement(board, asked, values)


def of_orders(scope: Scope) -> str:
    """By customer: rows as those of parts.py."""
    place = scope.values.place
    ends = {
        "start": place(scope.period.start, "timestamptz"),
        "end": place(scope.period.end, "timestamptz"),
        "where": scope.where,
    }
    if scope.attribution == "order_date":
        return ORDERS.format(**BY_ORDER, **ends)
    return ORDERS.format(**SALES_ALONE, **ends) + REVERSALS.format(**ends)
