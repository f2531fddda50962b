"""What each ledger line adds to a figure: every metric, as SQL over the ledger.

Parameters: $1 and $2 the range, $3 product, $4 category, $5 customer, $6 order. A plan
of their own values leaves the conditions of those that are null out.
"""

from enum import Enum
from typing import NamedTuple

from queries_app.reports.parameters import Attribution, Labels


class Lines(Enum):
    ALL = "true"
    SALES = "line.kind = 'sale'"
    REVERSALS = "line.kind <> 'sale'"
    CANCELLATIONS = "line.kind <> 'sale' AND line.kind = 'cancellation'"


class Metric(NamedTuple):
    """A figure is the sum of what lines add, divided by the sum of `divides` if any."""

    adds: str
    lines: Lines = Lines.ALL
    divides: str = "0"
    of_customers: bool = False  # one line each, of the newest order in the range
    # What the two sums of a rate are called among measures.FIGURES.
    parts: tuple[str, str] | None = None


# An order is counted by the first of its event's lines that the question is about.
FIRST = "({is_first})::int"
FIRST_SALE = "(line.kind = 'sale' AND {is_first})::int"

METRICS = {
    "gross_sales": Metric("gross", Lines.SALES),
    "discounts": Metric("discount", Lines.SALES),
    "sales_reversals": Metric("-amount", Lines.REVERSALS),
    "net_sales": Metric("amount"),
    "units": Metric("quantity", Lines.SALES),
    "units_reversed": Metric("-quantity", Lines.REVERSALS),
    "net_units": Metric("quantity"),
    "orders": Metric(FIRST, Lines.SALES),
    "cancelled_orders": Metric(FIRST, Lines.CANCELLATIONS),
    "average_order_value": Metric(
        "amount", divides=FIRST_SALE, parts=("net_sales", "orders")
    ),
    "average_order_value_gross": Metric(
        "amount", Lines.SALES, FIRST, parts=("gross_sales - discounts", "orders")
    ),
    "customers": Metric("1", of_customers=True),
    "new_customers": Metric("is_new::int", of_customers=True),
    "returning_customers": Metric("(NOT is_new)::int", of_customers=True),
    "returning_customer_rate": Metric(
        "(orders_placed > 1)::int", divides="1", of_customers=True
    ),
    "repeat_purchase_rate": Metric(
        "(orders_in_range > 1)::int", divides="1", of_customers=True
    ),
}

CATEGORY = {
    "as_sold": "{line}.category = $4",
    "current": """
        ({line}.product_id IN (SELECT product_id FROM product_catalog
                                WHERE category = $4)
         OR {line}.category = $4 AND NOT EXISTS (
             SELECT FROM product_catalog AS today
              WHERE today.product_id = {line}.product_id))
    """,
}
OF_PRODUCT = """
    ($3::bigint IS NULL OR {line}.product_id = $3)
    AND ($4::text IS NULL OR {of_category})
"""
# A category of few orders is sooner found by the products that were ever in it.
EVER_IN_CATEGORY = """
    SELECT product_id FROM product_catalog WHERE category = $4
     UNION
    SELECT product_id FROM product_month_view WHERE category = $4
"""
BY_PRODUCT = "{line}.product_id = ANY(ARRAY({ever}))"
OF_ORDER = """
    ($5::bigint IS NULL OR line.order_id = ANY(ARRAY(
        SELECT order_id FROM order_view WHERE customer_id = $5)))
    AND ($6::bigint IS NULL OR line.order_id = $6)
"""
IS_FIRST = """
    line.line_no = (SELECT min(other.line_no) FROM sales_ledger AS other
                     WHERE other.event_id = line.event_id AND {of_other})
"""
# One row a line that adds something: booked_at, id, adds, divides.
OF_LINES = """
    SELECT booked_at, id, adds, divides
      FROM (
        SELECT line.{booked_at} AS booked_at, line.id, {adds} AS adds,
               {divides} AS divides
          FROM sales_ledger AS line
         WHERE line.{booked_at} >= $1 AND line.{booked_at} < $2
           AND {lines} AND {of_line} AND {of_order}
      ) AS part
     WHERE adds <> 0 OR divides <> 0
"""
# One row a customer that adds something; their id for that of a line.
OF_CUSTOMERS = """
    SELECT booked_at, customer_id AS id, adds, divides
      FROM (
        SELECT customer_id, count(*) AS orders_in_range, max(placed_at) AS booked_at
          FROM order_view AS line
         WHERE line.lines > 0 AND placed_at >= $1 AND placed_at < $2
           AND {of_order} AND {has_line}
         GROUP BY customer_id
      ) AS buyer
      JOIN (
        SELECT customer_id, first_order_date >= $1 AS is_new, orders_placed
          FROM customer_ltv_view
      ) AS ever USING (customer_id)
     CROSS JOIN LATERAL (SELECT {adds} AS adds, {divides} AS divides) AS part
     WHERE adds <> 0 OR divides <> 0
"""
# The line that a customer is counted by.
NEWEST_LINE = """
    SELECT other.*
      FROM order_view AS line JOIN sales_ledger AS other USING (order_id)
     WHERE line.customer_id = told.id AND line.placed_at = told.booked_at
       AND {of_order} AND other.kind = 'sale' AND {of_other}
     ORDER BY order_id DESC, line_no LIMIT 1
"""
ANY_LINE = "$3::bigint IS NULL AND $4::text IS NULL"
HAS_LINE = """
    EXISTS (SELECT FROM sales_ledger AS other
             WHERE other.order_id = line.order_id AND other.kind = 'sale'
               AND occurred_at >= $1 AND occurred_at < $2 AND {of_other})
"""


class Filters(NamedTuple):
    """What a figure is about; None: whatever it is."""

    product: int | None = None
    category: str | None = None
    customer: int | None = None
    order: int | None = None


class View(NamedTuple):
    """How the ledger is looked at."""

    attribution: Attribution
    labels: Labels
    filters: Filters
    is_small: bool = False  # its category

    def of_product(self, line: str) -> str:
        conditions = [OF_PRODUCT, *([BY_PRODUCT] if self.is_small else [])]
        of_category = CATEGORY[self.labels].format(line=line)
        return " AND ".join(conditions).format(
            line=line, of_category=of_category, ever=EVER_IN_CATEGORY
        )


def contributions(metric: Metric, view: View) -> list[str]:
    """SELECTs whose rows together are all that the figure adds up from."""
    if metric.of_customers:
        return [of_customers(metric, view)]
    if view.attribution == "event_date":
        return [of_lines(metric, view, metric.lines, "occurred_at")]
    # A sale occurs when its order is placed; reversals have an index by that.
    sales = of_lines(metric, view, Lines.SALES, "occurred_at")
    if metric.lines is Lines.SALES:
        return [sales]
    if metric.lines is Lines.ALL:
        return [sales, of_lines(metric, view, Lines.REVERSALS, "order_placed_at")]
    return [of_lines(metric, view, metric.lines, "order_placed_at")]


def of_lines(metric: Metric, view: View, lines: Lines, booked_at: str) -> str:
    is_first = IS_FIRST.format(of_other=view.of_product("other"))
    return OF_LINES.format(
        adds=metric.adds.format(is_first=is_first),
        divides=metric.divides.format(is_first=is_first),
        booked_at=booked_at,
        lines=lines.value,
        of_line=view.of_product("line"),
        of_order=OF_ORDER,
    )


def of_customers(metric: Metric, view: View) -> str:
    of_other = view.of_product("other")
    is_any = view.filters.product is None and view.filters.category is None
    has_line = ANY_LINE if is_any else HAS_LINE.format(of_other=of_other)
    adds, divides = metric.adds, metric.divides
    return OF_CUSTOMERS.format(
        adds=adds, divides=divides, of_order=OF_ORDER, has_line=has_line
    )


def newest_line(view: View) -> str:
    return NEWEST_LINE.format(of_order=OF_ORDER, of_other=view.of_product("other"))
