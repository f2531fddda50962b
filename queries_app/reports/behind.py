"""Statements behind a figure: the figure itself, and the lines that it adds up from."""

from typing import NamedTuple

from queries_app.reports.contributions import (
    METRICS,
    OF_ORDER,
    Filters,
    Metric,
    View,
    contributions,
    newest_line,
)
from queries_app.reports.measures import FIGURES, OF_LINES, lines, total_sales
from queries_app.reports.moments import Page
from queries_app.reports.ranges import DAY, Period
from queries_app.reports.snapshot import INSTANT, Queue, Statement

FEW = 5000  # orders of a category in the range


class About(NamedTuple):
    name: str  # of the metric
    period: Period
    view: View

    @property
    def metric(self) -> Metric:
        return METRICS[self.name]

    @property
    def parts(self) -> list[str]:
        return contributions(self.metric, self.view)

    def looked_up(self, queue: Queue) -> "About":
        """With the way to find its lines."""
        if self.view.filters.category is None:
            return self
        [(orders,)] = queue(orders_of_category(self)).rows
        return self._replace(view=self.view._replace(is_small=orders < FEW))


# Roughly: of the days, or of the months, that the range touches.
ORDERS = {
    "as_sold": """
        SELECT coalesce(sum(orders), 0) FROM category_day_view
         WHERE day > $1::date AND day < $2::date AND category = $3
    """,
    "current": """
        SELECT coalesce(sum(orders), 0) FROM product_month_view
         WHERE month > $1::date AND month < $2::date AND (category = $3 OR product_id
               IN (SELECT product_id FROM product_catalog WHERE category = $3))
    """,
}


def orders_of_category(about: About) -> Statement:
    start, end, _ = about.period
    between = (start.date() - 31 * DAY, end.date() + DAY)
    values = (*between, about.view.filters.category)
    return Statement(ORDERS[about.view.labels], values)


# A row: the figure and, of a rate, what is divided and by what.
SUM = "SELECT {figure}, {numerator}, {denominator} FROM ({row}) AS told"
FIGURES_OF_LINES = """
    SELECT {figures} FROM (
        SELECT {of_lines} FROM ({lines}) AS line WHERE {of_product} AND {of_order}
    ) AS added
"""
ADDED = """
    SELECT coalesce(sum(adds), 0) AS adds, coalesce(sum(divides), 0) AS divides,
           round(sum(adds) / nullif(sum(divides), 0)::numeric, 4) AS rate
      FROM ({part}) AS part
"""
# $7 and $8: the time and id of the last line told, $9: how many more.
NEWEST = """
    (SELECT * FROM ({part}) AS part
      WHERE $7::timestamptz IS NULL OR (booked_at, id) < ($7, $8::bigint)
      ORDER BY booked_at DESC, id DESC LIMIT $9::bigint)
"""
PAGE = """
    SELECT event_id::text, line_no, kind, order_id, customer_id,
           {occurred_at}, {order_placed_at}, {recorded_at},
           line.product_id, coalesce(today.name, product_name),
           CASE WHEN today IS NULL THEN line.sku ELSE today.sku END,
           coalesce(today.category, line.category),
           quantity, gross, discount, amount, adds, divides, told.booked_at, told.id
      FROM (
        SELECT * FROM ({newest}) AS part
         ORDER BY booked_at DESC, id DESC LIMIT $9
      ) AS told
      {line}
      LEFT JOIN product_catalog AS today
             ON {is_current} AND today.product_id = line.product_id
     ORDER BY told.booked_at DESC, told.id DESC
"""
LINE = "JOIN sales_ledger AS line ON line.id = told.id"
LINE_OF_CUSTOMER = "CROSS JOIN LATERAL ({newest}) AS line"


def total(about: About) -> Statement:
    """The same sums as in the reports, for these filters."""
    if about.metric.of_customers:
        return of_customers(about)
    numerator, denominator = about.metric.parts or ("NULL", "NULL")
    is_plain = about.view.filters == Filters()
    sql = SUM.format(
        figure=about.name,
        numerator=numerator,
        denominator=denominator,
        row=total_sales(about.view.attribution) if is_plain else of_lines(about),
    )
    return Statement(sql, values(about)[: 2 if is_plain else None])


def of_lines(about: About) -> str:
    return FIGURES_OF_LINES.format(
        figures=FIGURES,
        of_lines=OF_LINES,
        lines=lines(about.view.attribution, start="$1", end="$2"),
        of_product=about.view.of_product("line"),
        of_order=OF_ORDER,
    )


def of_customers(about: About) -> Statement:
    is_rate = about.metric.divides != "0"
    sql = SUM.format(
        figure="rate" if is_rate else "adds",
        numerator="adds" if is_rate else "NULL",
        denominator="divides" if is_rate else "NULL",
        row=ADDED.format(part=about.parts[0]),
    )
    return Statement(sql, values(about))


def page(about: About, place: Page) -> Statement:
    """A row a line, its columns those of explain.Line; then its time and id."""
    line = LINE
    if about.metric.of_customers:
        line = LINE_OF_CUSTOMER.format(newest=newest_line(about.view))
    sql = PAGE.format(
        line=line,
        newest=" UNION ALL ".join(NEWEST.format(part=part) for part in about.parts),
        is_current=str(about.view.labels == "current").lower(),
        **{
            name: INSTANT.format(name)
            for name in ("occurred_at", "order_placed_at", "recorded_at")
        },
    )
    return Statement(sql, (*values(about), *place.values))


def values(about: About) -> tuple[object, ...]:
    return (about.period.start, about.period.end, *about.view.filters)
