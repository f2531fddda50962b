"""What is behind a figure: its ledger lines; and which past days' figures changed."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple

from django.http import HttpResponseBase

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.figures import MEASURES
from queries_app.dashboard.listings import KINDS, about, amount
from queries_app.dashboard.models import Cell, Column, Empty, Link, Listing
from queries_app.dashboard.wording import count, day, exact, figure
from queries_app.errors import InvalidParameter
from queries_app.reports.explain import explain
from queries_app.reports.restatements import restated_days, restatements

ABOUT = ("product", "category", "customer", "order")
TABS = (
    "net_sales",
    "gross_sales",
    "discounts",
    "sales_reversals",
    "orders",
    "units",
)
COLUMNS = (
    Column(label="Product"),
    Column(label="Order"),
    Column(label="Event"),
    Column(label="When"),
    Column(label="Units", is_number=True),
    Column(label="Gross", is_number=True),
    Column(label="Discount", is_number=True),
    Column(label="Net", is_number=True),
    Column(label="Adds", is_number=True),
)
CHANGES = (
    Column(label="Day"),
    Column(label="Changed"),
    Column(label="Order"),
    Column(label="Event"),
    Column(label="Net sales by", is_number=True),
)
CHANGED_DAYS = (
    Column(label="Day"),
    Column(label="Last changed"),
    Column(label="Events", is_number=True),
    Column(label="Net sales by", is_number=True),
)


def metric_of(asked: Asked) -> str:
    return asked.query.get("metric") or "net_sales"


def title(asked: Asked) -> str:
    metric = metric_of(asked)
    return MEASURES[metric].label if metric in MEASURES else "A figure"


def lead(asked: Asked) -> str:
    of = about(asked, *ABOUT)
    subject = f"Of {of}. " if of else ""
    return (
        f"{subject}Every line of the ledger that the figure adds up from, newest first."
    )


def lines(asked: Asked) -> Listing:
    metric = metric_of(asked)
    kept = asked.keep(*ABOUT)
    alone = asked.alone()
    cursor = asked.query.get("cursor") or None
    question = alone.question("explain", metric=metric, cursor=cursor, **kept)
    found = answer(explain, question)
    kind = MEASURES[metric].kind
    return Listing(
        caption=f"Ledger lines behind {MEASURES[metric].label.lower()}, newest first",
        columns=COLUMNS,
        rows=tuple(line(asked, row, kind) for row in found.lines),
        empty=Empty("No lines", "Nothing adds to this figure in this range."),
        total=figure(found.total, kind=kind),
        total_label=MEASURES[metric].label,
        tabs=tuple(
            Link(MEASURES[key].label, asked.here(*ABOUT, metric=key), key == metric)
            for key in dict.fromkeys((*TABS, metric))
        ),
        tabs_label="Figure",
        exports=alone.exports("explain", metric=metric, **kept),
        first=asked.here("metric", *ABOUT) if cursor else "",
        next=asked.here("metric", *ABOUT, cursor=found.next) if found.next else "",
    )


def line(asked: Asked, row: Any, kind: str) -> tuple[Cell, ...]:
    adds = figure(row.contribution, kind="count" if kind == "rate" else kind)
    of = f" of {count(row.denominator)}" if row.denominator and kind == "rate" else ""
    return (
        Cell(
            text=row.product_name,
            href=asked.page("product", row.product_id),
            detail=" · ".join(filter(None, (row.sku, row.category))),
        ),
        Cell(text=str(row.order_id), href=asked.page("order", row.order_id)),
        Cell(text=KINDS.get(row.kind, row.kind), detail=row.event_id),
        Cell(text=when(asked, row.occurred_at)),
        Cell(text=count(row.quantity), is_number=True),
        amount(row.gross),
        amount(row.discount),
        amount(row.amount),
        Cell(text=adds + of, is_number=True),
    )


def when(asked: Asked, instant: str) -> str:
    return exact(datetime.fromisoformat(instant), asked.period.zone)


def changes(asked: Asked) -> Listing:
    by = asked.query.get("by") or "event"
    if by not in BY:
        raise InvalidParameter("by", f"is one of {', '.join(BY)}.")
    shape = BY[by]
    alone = asked.alone()
    cursor = asked.query.get("cursor") or None
    found = answer(shape.report, alone.question(shape.address, cursor=cursor))
    return Listing(
        caption="Past days whose net sales changed",
        columns=shape.columns,
        rows=tuple(shape.row(asked, each) for each in found.rows),
        empty=Empty("Nothing changed", "No past day of this range was restated."),
        tabs=tuple(
            Link(
                each.label, asked.here(by=None if name == "event" else name), name == by
            )
            for name, each in BY.items()
        ),
        tabs_label="Changes",
        exports=alone.exports(shape.address),
        first=asked.here("by") if cursor else "",
        next=asked.here("by", cursor=found.next) if found.next else "",
    )


def change(asked: Asked, row: Any) -> tuple[Cell, ...]:
    return (
        Cell(text=day(date.fromisoformat(row.day))),
        Cell(text=when(asked, row.changed_at)),
        Cell(text=str(row.order_id), href=asked.page("order", row.order_id)),
        Cell(text=KINDS.get(row.kind, row.kind), detail=row.event_id),
        amount(row.change),
    )


def changed_day(asked: Asked, row: Any) -> tuple[Cell, ...]:
    return (
        Cell(text=day(date.fromisoformat(row.day))),
        Cell(text=when(asked, row.changed_at)),
        Cell(text=count(row.events), is_number=True),
        amount(row.change),
    )


class Shape(NamedTuple):
    """How changes are listed: each by itself, or added by day."""

    label: str
    report: Callable[..., HttpResponseBase]
    address: str
    columns: tuple[Column, ...]
    row: Callable[[Asked, Any], tuple[Cell, ...]]


BY = {
    "event": Shape("Every change", restatements, "restatements", CHANGES, change),
    "day": Shape(
        "By day", restated_days, "restatements/days", CHANGED_DAYS, changed_day
    ),
}
