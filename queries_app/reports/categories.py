"""Categories by what they brought in, as sold or as products are filed today."""

from msgspec import UNSET, UnsetType

from queries_app.reports import ranking
from queries_app.reports.answers import Answer, Sales, SalesGrowth
from queries_app.reports.listing import LISTING, Listing, listing
from queries_app.reports.parameters import Labels
from queries_app.reports.parts import SUMMED, Scope, of_ledger, scopes_of
from queries_app.reports.question import Question
from queries_app.reports.ranking import Board, page
from queries_app.reports.recategorised import of_today
from queries_app.reports.snapshot import Statement, read
from queries_app.reports.table import Table
from queries_app.reports.timeseries import SalesTotal, total
from queries_app.reports.values import Values
from queries_app.reports.view import report


class SoldCategory(Sales, frozen=True):
    category: str


class CategoryRow(SoldCategory, frozen=True, kw_only=True):
    previous: Sales | UnsetType = UNSET
    growth: SalesGrowth | UnsetType = UNSET


class TopCategories(Answer, frozen=True, kw_only=True):
    total: SalesTotal  # of the range, whatever is searched for
    rows: list[CategoryRow]
    next: str | None


# Categories are few: all are summed once, with all their figures.
ALL = """
    categories AS MATERIALIZED (
        SELECT key, {summed} FROM ({parts}) AS part WHERE {where} GROUP BY key
    ),
"""
RANKED = """
    SELECT *, gross - discounts - reversals AS net,
           units + units_reversed + cancelled AS touched
    FROM categories
"""


def table(question: Question) -> Table:
    asked = ranking.everything(question, keys=str)
    return ranking.table(question, CategoryRow, statement(question, asked))


@report(*LISTING, table=table)
def top_categories(question: Question) -> TopCategories:
    asked = listing(question, measures=ranking.MEASURES, keys=str)
    rows, *sums = read(statement(question, asked), *ranking.totals(question))
    told = page(asked, rows, CategoryRow)
    return TopCategories(
        meta=question.meta(question.scope()),
        total=total(*(each[0] for each in sums)),
        rows=told.rows,
        next=told.next,
    )


def statement(question: Question, asked: Listing) -> Statement:
    values = Values()
    now, *before = (
        of_categories(each, question.labels) for each in scopes_of(question, values)
    )
    where = f"key ILIKE {values.place(asked.pattern, 'text')}" if asked.pattern else ""
    board = Board(
        ranked=RANKED,
        now="SELECT * FROM categories",
        before=before[0] if before else None,
        first=ALL.format(summed=SUMMED, parts=now, where=where or "true"),
    )
    return ranking.statement(board, asked, values)


def of_categories(scope: Scope, labels: Labels) -> str:
    if labels == "current":
        return of_today(scope)
    return of_ledger(scope, "category", counts=True)
