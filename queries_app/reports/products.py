"""Products by what they brought in, or by any other measure."""

from collections.abc import Callable

from msgspec import UNSET, UnsetType

from queries_app.reports import foremost, labels, ranking
from queries_app.reports.answers import Answer, Sales, SalesGrowth
from queries_app.reports.listing import LISTING, Listing, listing
from queries_app.reports.parts import Scope, of_ledger, scopes_of
from queries_app.reports.question import Question
from queries_app.reports.ranking import Board, page
from queries_app.reports.snapshot import Statement, read
from queries_app.reports.table import Table
from queries_app.reports.timeseries import SalesTotal, total
from queries_app.reports.values import Values
from queries_app.reports.view import report


class SoldProduct(Sales, frozen=True):
    product_id: int
    name: str | None  # null: nothing is known but its id
    category: str | None
    sku: str | None


class ProductRow(SoldProduct, frozen=True, kw_only=True):
    previous: Sales | UnsetType = UNSET
    growth: SalesGrowth | UnsetType = UNSET


class TopProducts(Answer, frozen=True, kw_only=True):
    total: SalesTotal  # of the range, whatever is searched for
    rows: list[ProductRow]
    next: str | None


def table(question: Question) -> Table:
    asked = ranking.everything(question)
    return ranking.table(question, ProductRow, statement(question, asked))


@report(*LISTING, table=table)
def top_products(question: Question) -> TopProducts:
    asked = listing(question, measures=ranking.MEASURES)
    rows, *sums = read(statement(question, asked), *ranking.totals(question))
    told = page(asked, rows, ProductRow)
    return TopProducts(
        meta=question.meta(question.scope()),
        total=total(*(each[0] for each in sums)),
        rows=told.rows,
        next=told.next,
    )


def statement(question: Question, asked: Listing) -> Statement:
    return of_products(question, asked, searched(question, asked))


# --- the statement --------------------------------------------------------------------
Narrow = Callable[[Scope], tuple[str, Scope]]  # a WITH query, and what looks into it


def of_products(question: Question, asked: Listing, narrow: Narrow) -> Statement:
    """A row a product, of the rows and lines that `narrow` leaves."""
    values = Values()
    (first, now), *before = map(narrow, scopes_of(question, values))
    board = Board(
        ranked=ranked(now, asked),
        now=on_page(now, asked),
        before=on_page(before[0][1], asked) if before else None,
        names=labels.COLUMNS,
        labels=labels.joins(now, question.labels),
        first=f"{first}," if first else "",
    )
    if now.where == "true" and foremost.helps(asked, now):
        few = ranked(now.also(foremost.AMONG), asked)
        board = board._replace(first=foremost.foremost(asked, now), few=few)
    return ranking.statement(board, asked, values)


def ranked(scope: Scope, asked: Listing) -> str:
    return of_ledger(scope, "product_id", counts=asked.measure in ranking.COUNTED)


def on_page(scope: Scope, asked: Listing) -> str:
    alone = ranking.on_page(scope, "product_id", asked)
    return of_ledger(alone, "product_id", counts=True)


def searched(question: Question, asked: Listing) -> Narrow:
    """Only products that the search finds in the asked range."""
    pattern = asked.pattern

    def narrow(scope: Scope) -> tuple[str, Scope]:
        if pattern is None:
            return "", scope
        here = scope._replace(period=question.period)
        first = labels.search(here, question.labels, pattern)
        return first, scope.also(labels.MATCHING)

    return narrow
