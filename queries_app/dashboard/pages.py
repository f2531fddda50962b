"""Which panels make which page."""

from collections.abc import Callable
from functools import partial

from queries_app.dashboard import cohort_table, explained, lists, overview, today, tops
from queries_app.dashboard import listings as orders_listed
from queries_app.dashboard.asked import Asked
from queries_app.dashboard.frame import Head, Page, Part
from queries_app.dashboard.kinds import CATEGORIES, CUSTOMERS, PRODUCTS, Kind
from queries_app.dashboard.wording import DAY
from queries_app.parameters import positive_id

LONG = 92 * DAY


def front(asked: Asked) -> Page:
    return Page(
        template="overview",
        head=lambda: Head(title="Overview"),
        parts=(
            Part(
                name="today",
                template="today",
                label="Today",
                build=lambda: today.today(asked),
            ),
            Part(
                name="figures",
                template="figures",
                label="Figures of the range",
                build=lambda: overview.range_figures(asked),
            ),
            Part(
                name="chart",
                template="chart",
                label="Over time",
                build=lambda: overview.sales_chart(asked),
            ),
            *(ranking(asked, kind) for kind in (PRODUCTS, CATEGORIES, CUSTOMERS)),
            Part(
                name="cohorts",
                template="cohorts",
                label="Cohorts",
                build=lambda: cohort_table.table(asked),
                is_lazy=True,
            ),
        ),
    )


def ranking(asked: Asked, kind: Kind) -> Part:
    return Part(
        name=kind.section,
        template="top",
        label=f"Top {kind.section}",
        build=partial(tops.top, asked, kind),
        is_lazy=asked.end - asked.start > LONG,  # so that the page paints at once
    )


def ranked(asked: Asked, *, kind: Kind) -> Page:
    return listed(kind.title, partial(lists.listing, asked, kind))


def orders(asked: Asked) -> Page:
    build = partial(orders_listed.order_list, asked)
    return listed("Orders", build, lead=orders_listed.lead(asked))


def order(asked: Asked, order_id: str) -> Page:
    number = positive_id(order_id, name="orderId")
    return Page(
        template="list",
        head=partial(orders_listed.order_head, asked, number),
        parts=(list_part("Order", partial(orders_listed.order_lines, asked, number)),),
    )


def explain(asked: Asked) -> Page:
    title = explained.title(asked)
    build = partial(explained.lines, asked)
    return listed(title, build, lead=explained.lead(asked))


def restatements(asked: Asked) -> Page:
    return listed(
        "Changes",
        partial(explained.changes, asked),
        lead="Past days whose net sales changed after the day had ended: when, by which"
        " order, by how much.",
    )


def listed(title: str, build: Callable[[], object], *, lead: str = "") -> Page:
    return Page(
        template="list",
        head=lambda: Head(title=title, lead=lead),
        parts=(list_part(title, build),),
    )


def list_part(title: str, build: Callable[[], object]) -> Part:
    return Part(name="list", template="list", label=title, build=build)
