"""One product: its sales over time, its share of its category, its names as sold."""

from queries_app.parameters import positive_id
from queries_app.reports import labels
from queries_app.reports.answers import Answer, Rate, Row
from queries_app.reports.detail import detail
from queries_app.reports.parts import Scope, scope_of
from queries_app.reports.question import Question
from queries_app.reports.snapshot import Queue, Statement, in_snapshot
from queries_app.reports.timeseries import SalesBucket, SalesTotal
from queries_app.reports.view import report
from queries_app.reports.within import net_sales, share
from queries_app.responses import Instant, Response, instant


class SoldUnder(Response, frozen=True):
    """A name, category and SKU that stand on sale lines of the range.

    Of a product that was not sold in it: those of its last sale, whenever that was.
    """

    name: str
    category: str
    sku: str | None
    first_sold_at: Instant
    last_sold_at: Instant


class ProductReport(Answer, frozen=True, kw_only=True):
    product_id: int
    name: str | None  # as `labels` say; null: nothing of it in the range
    category: str | None
    sku: str | None
    total: SalesTotal
    share_of_category: Rate | None  # of the net sales of `category`
    data: list[SalesBucket]
    sold_under: list[SoldUnder]


NAMED = "SELECT {columns} FROM (VALUES ({product})) AS asked (key) {joins}"
SHARE = "SELECT ({part}), ({whole})"
SOLD_UNDER = """
    WITH line AS (
        SELECT product_name, category, sku, occurred_at
        FROM sales_ledger WHERE product_id = $1 AND kind = 'sale'
                            AND occurred_at >= $2 AND occurred_at < $3
    ), last AS (
        SELECT product_name, category, sku, occurred_at
        FROM sales_ledger WHERE product_id = $1 AND kind = 'sale'
        ORDER BY occurred_at DESC, order_id DESC, line_no DESC LIMIT 1
    )
    SELECT product_name, category, sku, min(occurred_at), max(occurred_at)
    FROM (
        SELECT * FROM line
         UNION ALL
        SELECT * FROM last WHERE NOT EXISTS (SELECT FROM line)
    ) AS sold
    GROUP BY product_name, category, sku
    ORDER BY max(occurred_at) DESC, product_name, category, sku
"""


@report("interval")
def product_report(question: Question, product_id: str) -> ProductReport:
    number = positive_id(product_id, name="productId")
    return in_snapshot(lambda queue: answered(question, number, queue))


def answered(question: Question, number: int, queue: Queue) -> ProductReport:
    name, category, sku = queue(named(question, number)).rows[0]
    scopes = [
        ("", of_product(scope_of(question, each), number)) for each in question.periods
    ]
    told = detail(question, scopes, queue)
    under = queue(Statement(SOLD_UNDER, (number, *question.period[:2]))).rows
    return ProductReport(
        meta=question.meta(question.scope(product=number), interval=question.interval),
        product_id=number,
        name=name,
        category=category,
        sku=sku,
        total=told.total,
        share_of_category=share_of(question, number, category, queue),
        data=told.series,
        sold_under=[sold_under(row) for row in under],
    )


def of_product(scope: Scope, number: int) -> Scope:
    return scope.also(f"product_id = {scope.values.place(number, 'bigint')}")


def named(question: Question, number: int) -> Statement:
    scope = scope_of(question, question.period)
    sql = NAMED.format(
        columns=", ".join(labels.COLUMNS),
        product=scope.values.place(number, "bigint"),
        joins=labels.joins(scope, question.labels, keys="asked"),
    )
    return Statement(sql, scope.values)


def share_of(
    question: Question, number: int, category: str | None, queue: Queue
) -> Rate | None:
    """Of what it brought in under this category, of all that the category did."""
    if category is None:
        return None
    scope = scope_of(question, question.period)
    sql = SHARE.format(
        part=net_sales(
            of_product(scope, number), question.labels, category, "product_id"
        ),
        whole=net_sales(scope, question.labels, category),
    )
    return share(*queue(Statement(sql, scope.values)).rows[0])


def sold_under(row: Row) -> SoldUnder:
    name, category, sku, first, last = row
    return SoldUnder(name, category, sku, instant(first), instant(last))
