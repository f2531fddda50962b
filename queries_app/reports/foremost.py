"""Products that may be the first by sales: few are looked at, and proven to be enough.

Of each month that the range touches, those with the highest gross sales, by an index.
No other product sold more in the range than what the least of each month may have:
`bound`. A page whose last row brought in as much is the page of all products.
"""

from queries_app.reports.listing import Listing
from queries_app.reports.parts import Scope
from queries_app.reports.ranges import DAY, QUARTER, month_start

MEASURES = ("net_sales", "gross_sales")  # neither is more than gross sales
PLENTY = 10  # times a page, of each month
LONGEST = 3660 * DAY  # beyond it, to look at each month is no longer little
STEPS = 4  # of a magnitude; see projections_app.models.ProductMonth

# A product that was sold in several categories has several rows in a month.
FOREMOST = """
    highest AS MATERIALIZED (
        SELECT month.month, product_id, magnitude
        FROM generate_series({first}, {last}, interval '1 month') AS month
        CROSS JOIN LATERAL (
            SELECT product_id, magnitude FROM product_month_view AS sold
            WHERE sold.month = month.month::date
            ORDER BY magnitude DESC LIMIT {most}
        ) AS highest
    ), bound AS MATERIALIZED (
        SELECT sum(least) AS bound FROM (
            SELECT CASE WHEN count(*) = {most}
                        THEN power(2::float8, min(magnitude) / {steps}::float8)
                        ELSE 0 END AS least
            FROM highest GROUP BY month
        ) AS months
    ), foremost AS MATERIALIZED (
        SELECT product_id FROM highest
         UNION
        SELECT product_id FROM product_sales_view
        WHERE lowest_category < highest_category
    ),
"""
AMONG = "product_id = ANY(ARRAY(SELECT product_id FROM foremost))"


def helps(asked: Listing, scope: Scope) -> bool:
    start, end, _ = scope.period
    first_by_sales = asked.descending and asked.measure in MEASURES
    return asked.limit is not None and first_by_sales and end - start <= LONGEST


def foremost(asked: Listing, scope: Scope) -> str:
    """The WITH queries that AMONG and the proof look into."""
    start, end, _ = scope.period
    place = scope.values.place
    return FOREMOST.format(
        first=place(month_start(start).date(), "timestamp"),
        last=place(month_start(end - QUARTER).date(), "timestamp"),
        most=PLENTY * ((asked.limit or 0) + 1),
        steps=STEPS,
    )
