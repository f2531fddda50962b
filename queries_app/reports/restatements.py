"""Which past days' net sales changed after the day had ended: when, by which event."""

from collections.abc import Callable

from queries_app.errors import InvalidParameter
from queries_app.reports import restated
from queries_app.reports.answers import Answer, figures
from queries_app.reports.moments import EVERYTHING, Page, page
from queries_app.reports.question import Question
from queries_app.reports.restated import BY_DAY, BY_EVENT, TOTAL, Listed
from queries_app.reports.snapshot import Statement, rows
from queries_app.reports.table import Table
from queries_app.reports.view import report
from queries_app.responses import Instant, Money, Response


class Restatement(Response, frozen=True, kw_only=True):
    day: str  # whose net sales changed
    changed_at: Instant
    event_id: str
    kind: str
    order_id: int
    change: Money


class RestatedDay(Response, frozen=True, kw_only=True):
    day: str
    changed_at: Instant  # the last time
    events: int
    change: Money


class Restated(Response, frozen=True):
    events: int
    change: Money


class Restatements(Answer, frozen=True, kw_only=True):
    rows: list[Restatement]
    next: str | None


class RestatedDays(Answer, frozen=True, kw_only=True):
    rows: list[RestatedDay]
    next: str | None


def table(row: type[Response], listed: Listed) -> Callable[[Question], Table]:
    def of(question: Question) -> Table:
        return Table(
            meta=question.meta(question.scope()),
            row=row,
            rows=statement(question, listed, EVERYTHING),
            sums=[statement(question, TOTAL, EVERYTHING)],
            total=lambda sums: Restated(*sums),
        )

    return of


@report("limit", "cursor", table=table(Restatement, BY_EVENT))
def restatements(question: Question) -> Restatements:
    place = page(question, keys=BY_EVENT.key)
    shown, following = place.cut(rows(statement(question, BY_EVENT, place)))
    return Restatements(
        meta=question.meta(question.scope()),
        rows=[figures(Restatement, row) for row in shown],
        next=following,
    )


@report("limit", "cursor", table=table(RestatedDay, BY_DAY))
def restated_days(question: Question) -> RestatedDays:
    place = page(question, keys=BY_DAY.key)
    shown, following = place.cut(rows(statement(question, BY_DAY, place)))
    return RestatedDays(
        meta=question.meta(question.scope()),
        rows=[figures(RestatedDay, row) for row in shown],
        next=following,
    )


def statement(question: Question, listed: Listed, place: Page) -> Statement:
    if question.comparison:
        raise InvalidParameter("compare", "is no part of what is asked here.")
    return restated.statement(listed, question.period, question.attribution, place)
