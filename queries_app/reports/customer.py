"""One customer: what they are worth, and their orders with what was taken back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from queries_app.parameters import positive_id
from queries_app.reports.answers import Answer, Row, figures
from queries_app.reports.customers import of_orders
from queries_app.reports.measures import FIGURES
from queries_app.reports.moments import EVERYTHING, page
from queries_app.reports.parts import SUMMED, scope_of
from queries_app.reports.question import Question
from queries_app.reports.ranges import Period
from queries_app.reports.snapshot import INSTANT, Rows, Statement, read
from queries_app.reports.table import Table
from queries_app.reports.timeseries import SalesTotal, total
from queries_app.reports.view import report
from queries_app.responses import Instant, Money, Response, instant


class Ever(Response, frozen=True):
    """Of all orders that were ever placed, whatever the range."""

    lifetime_value: Money  # net sales
    orders: int
    average_order_value: Money | None
    first_order_at: Instant | None
    last_order_at: Instant | None


class Reversal(Response, frozen=True):
    event_id: str
    kind: str
    occurred_at: Instant
    units: int
    amount: Money


class Order(Response, frozen=True):
    order_id: int
    placed_at: Instant
    lines: int
    units: int
    gross_sales: Money
    discounts: Money
    sales_reversals: Money  # whenever they were made
    net_sales: Money
    cancelled: bool
    reversals: Sequence[Reversal] = ()


class CustomerReport(Answer, frozen=True, kw_only=True):
    customer_id: int
    ever: Ever
    total: SalesTotal  # of the range
    orders: list[Order]  # all of them, the newest first
    next: str | None


EVER = """
    SELECT coalesce(net, 0)::numeric(24, 2), orders,
           round(net / nullif(orders, 0), 2), first_at, last_at
    FROM (
        SELECT sum(gross - discounts - reversals) AS net,
               count(*) FILTER (WHERE lines > 0) AS orders,
               min(placed_at) FILTER (WHERE lines > 0) AS first_at,
               max(placed_at) FILTER (WHERE lines > 0) AS last_at
        FROM order_view WHERE customer_id = $1
    ) AS added
"""
TOTAL = """
    SELECT {figures} FROM (SELECT {summed} FROM ({parts}) AS part) AS added
"""
# $2 and $3: time and id of the last order told, $4: how many more.
ORDERS = f"""
    SELECT order_id, {INSTANT.format("placed_at")}, lines, units, gross, discounts,
           reversals, (gross - discounts - reversals)::numeric(24, 2), cancelled > 0,
           placed_at AS at, order_id AS key
    FROM order_view
    WHERE customer_id = $1 AND lines > 0
          AND ($2::timestamptz IS NULL OR (placed_at, order_id) < ($2, $3::bigint))
    ORDER BY placed_at DESC, order_id DESC LIMIT $4::bigint
"""  # noqa: S608 (parts of our own)
ALL_ORDERS = """
    SELECT coalesce(sum(lines), 0), coalesce(sum(units), 0), coalesce(sum(gross), 0.00),
           coalesce(sum(discounts), 0.00), coalesce(sum(reversals), 0.00),
           coalesce(sum(gross - discounts - reversals), 0.00)
    FROM order_view WHERE customer_id = $1 AND lines > 0
"""
REVERSALS = """
    SELECT order_id, event_id::text, kind, occurred_at, -sum(quantity)::bigint,
           -sum(amount)
    FROM sales_ledger
    WHERE kind <> 'sale'
          AND order_id = ANY(ARRAY(SELECT order_id FROM ({orders}) AS page))
    GROUP BY order_id, event_id, kind, occurred_at
    ORDER BY order_id, occurred_at, event_id
"""


class OrdersTotal(Response, frozen=True):
    lines: int
    units: int
    gross_sales: Money
    discounts: Money
    sales_reversals: Money
    net_sales: Money


def table(question: Question, customer_id: str) -> Table:
    """All orders, without what was taken back of each, event by event."""
    number = positive_id(customer_id, name="customerId")
    return Table(
        meta=question.meta(question.scope(ever=True, customer=number)),
        row=Order,
        rows=Statement(ORDERS, (number, *EVERYTHING.values)),
        sums=[Statement(ALL_ORDERS, (number,))],
        total=lambda sums: figures(OrdersTotal, sums),
    )


@report("limit", "cursor", table=table)
def customer_report(question: Question, customer_id: str) -> CustomerReport:
    number = positive_id(customer_id, name="customerId")
    place = page(question, keys=int)
    ever, orders, reversals, *sums = read(
        Statement(EVER, (number,)),
        Statement(ORDERS, (number, *place.values)),
        Statement(REVERSALS.format(orders=ORDERS), (number, *place.values)),
        *(total_of(question, each, number) for each in question.periods),
    )
    told, following = place.cut(orders)
    by_order = reversed_by_order(reversals)
    return CustomerReport(
        meta=question.meta(question.scope(ever=True, customer=number)),
        customer_id=number,
        ever=told_ever(ever[0]),
        total=total(*(rows[0] for rows in sums)),
        orders=[an_order(row, by_order) for row in told],
        next=following,
    )


def total_of(question: Question, period: Period, number: int) -> Statement:
    scope = scope_of(question, period)
    alone = scope.also(f"customer_id = {scope.values.place(number, 'bigint')}")
    sql = TOTAL.format(figures=FIGURES, summed=SUMMED, parts=of_orders(alone))
    return Statement(sql, scope.values)


def told_ever(row: Row) -> Ever:
    net, orders, average, *ends = row
    return Ever(net, orders, average, *(at and instant(at) for at in ends))


def an_order(row: Row, reversals: Mapping[int, list[Reversal]]) -> Order:
    return figures(Order, (*row, reversals[row[0]]))


def reversed_by_order(rows: Rows) -> Mapping[int, list[Reversal]]:
    found: defaultdict[int, list[Reversal]] = defaultdict(list)
    for number, event_id, kind, at, *taken in rows:
        found[number].append(Reversal(event_id, kind, instant(at), *taken))
    return found
