"""What is behind a figure: the ledger lines that it adds up from, newest first."""

from queries_app.errors import InvalidParameter
from queries_app.parameters import category_name, positive_id
from queries_app.parked import Scope
from queries_app.reports import behind
from queries_app.reports.answers import Answer, Figure, Row, figures
from queries_app.reports.behind import About
from queries_app.reports.contributions import METRICS, Filters, View
from queries_app.reports.moments import EVERYTHING, Page, page
from queries_app.reports.question import Question
from queries_app.reports.snapshot import Queue, Rows, in_snapshot
from queries_app.reports.table import Table
from queries_app.reports.view import report
from queries_app.responses import Instant, Money, Response

IDS = ("product", "customer", "order")


class Line(Response, frozen=True, kw_only=True):
    """A ledger line and what it adds to the figure (a rate has two parts)."""

    event_id: str
    line_no: int
    kind: str
    order_id: int
    customer_id: int
    occurred_at: Instant
    order_placed_at: Instant
    recorded_at: Instant | None
    product_id: int
    product_name: str
    sku: str | None
    category: str
    quantity: int
    gross: Money
    discount: Money
    amount: Money
    contribution: Figure
    denominator: int


class Explanation(Answer, frozen=True, kw_only=True):
    metric: str
    total: Figure | None  # as in the reports; a rate's is numerator / denominator
    numerator: Figure | None
    denominator: int | None
    lines: list[Line]
    next: str | None


class Explained(Response, frozen=True):
    """The sums of all lines."""

    contribution: Figure
    denominator: int | None


def table(question: Question) -> Table:
    about = asked(question)
    return Table(
        meta=question.meta(scope_of(question, about)),
        row=Line,
        rows=behind.page(about, EVERYTHING),
        sums=[behind.total(about)],
        total=added,
    )


def added(sums: Row) -> Explained:
    figure, numerator, denominator = sums
    return Explained(figure if numerator is None else numerator, denominator)


@report("metric", *IDS, "category", "limit", "cursor", table=table)
def explain(question: Question) -> Explanation:
    about = asked(question)
    place = page(question, about.name, *about.view.filters, keys=int)
    figure, lines = in_snapshot(lambda queue: found(queue, about, place))
    shown, following = place.cut(lines)
    return Explanation(
        meta=question.meta(scope_of(question, about)),
        metric=about.name,
        **dict(zip(("total", "numerator", "denominator"), figure, strict=True)),
        lines=[figures(Line, row) for row in shown],
        next=following,
    )


def found(queue: Queue, about: About, place: Page) -> tuple[Row, Rows]:
    """The figure, and a page of lines."""
    about = about.looked_up(queue)
    total, lines = queue(behind.total(about)), queue(behind.page(about, place))
    return total.rows[0], lines.rows


def scope_of(question: Question, about: About) -> Scope:
    filters = about.view.filters._asdict()
    return question.scope(ever=about.metric.of_customers, **filters)


def asked(question: Question) -> About:
    """Raises InvalidParameter."""
    own = question.own
    metric = own.get("metric")
    if metric not in METRICS:
        raise InvalidParameter("metric", f"must be one of {', '.join(METRICS)}.")
    if question.comparison:
        raise InvalidParameter("compare", "is no part of what is explained.")
    ids = {name: positive_id(own[name], name=name) for name in IDS if name in own}
    category = category_name(own["category"]) if "category" in own else None
    return About(
        name=metric,
        period=question.period,
        view=View(
            attribution=question.attribution,
            labels=question.labels,
            filters=Filters(**ids, category=category),
        ),
    )
