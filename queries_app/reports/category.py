"""One category: its sales over time, its part of all sales, its best products."""

from queries_app.parameters import category_name
from queries_app.reports import products
from queries_app.reports.answers import Answer, Rate, Sales, figures
from queries_app.reports.detail import detail
from queries_app.reports.listing import Listing
from queries_app.reports.parts import Scope, scope_of
from queries_app.reports.products import ProductRow
from queries_app.reports.question import Question
from queries_app.reports.ranking import page
from queries_app.reports.snapshot import Queue, in_snapshot
from queries_app.reports.timeseries import SalesBucket, SalesTotal, total_of
from queries_app.reports.view import report
from queries_app.reports.within import share, within

BEST = Listing(
    limit=10, measure="net_sales", descending=True, search=None, after=None, bound=""
)


class CategoryReport(Answer, frozen=True, kw_only=True):
    category: str
    total: SalesTotal
    share_of_all: Rate | None  # of the net sales of the range
    data: list[SalesBucket]
    products: list[ProductRow]  # the ten that brought in most, of this category alone


@report("interval")
def category_report(question: Question, category: str) -> CategoryReport:
    name = category_name(category)
    return in_snapshot(lambda queue: answered(question, name, queue))


def answered(question: Question, name: str, queue: Queue) -> CategoryReport:
    def inside(scope: Scope) -> tuple[str, Scope]:
        return within(scope, question.labels, name, question.periods)

    found = [inside(scope_of(question, each)) for each in question.periods]
    told = detail(question, found, queue)
    best = queue(products.of_products(question, BEST, inside)).rows
    everything = queue(total_of(question.period, question.attribution)).rows[0]
    scope = question.scope(category=name)
    return CategoryReport(
        meta=question.meta(scope, interval=question.interval),
        category=name,
        total=told.total,
        share_of_all=share(told.total.net_sales, figures(Sales, everything).net_sales),
        data=told.series,
        products=page(BEST, best, ProductRow).rows,
    )
