"""Categories as of today: as sold, corrected by the products that have moved since.

Money and pieces move with a product. An order moves only if nothing else of it stays
behind, or is there already: the orders that hold a moved product are counted anew.
"""

from queries_app.reports.measures import column, lines, plain
from queries_app.reports.parts import Scope, edge, of_whole, whole
from queries_app.reports.pieces import Pieces, pieces

# Lines as they would be had they been sold under today's categories.
TODAY = """
    SELECT line.event_id, line.line_no, line.order_id, line.kind, line.gross,
           line.discount, line.amount, line.quantity,
           coalesce(today.category, line.category) AS category
    FROM ({lines}) AS line LEFT JOIN product_catalog AS today USING (product_id)
"""
# OFFSET 0 keeps the server from reading the whole ledger for a few lines of it.
MOVED = """(
    WITH sold AS MATERIALIZED (
        SELECT sold.product_id, sold.category, today.category AS today, {added},
               gross - discounts - {reversals} AS net,
               0 AS touched
        FROM product_month_view AS sold
        JOIN product_catalog AS today USING (product_id)
        WHERE month >= {first} AND month < {last} AND today.category <> sold.category
    ), moved AS MATERIALIZED (
        SELECT DISTINCT product_id, category, today FROM sold
    ), touched AS MATERIALIZED (
        SELECT DISTINCT event_id, kind, side.category
        FROM moved
        CROSS JOIN LATERAL (
            SELECT event_id, kind FROM ({lines}) AS line
            WHERE line.product_id = moved.product_id
                  AND line.category = moved.category AND kind <> 'refund'
            OFFSET 0
        ) AS line
        CROSS JOIN LATERAL (VALUES (moved.category), (today)) AS side (category)
    ), beside AS MATERIALIZED (
        SELECT event_id, line.category, coalesce(today, line.category) AS today
        FROM (SELECT DISTINCT event_id FROM touched) AS event
        CROSS JOIN LATERAL (
            SELECT product_id, category FROM sales_ledger AS line
            WHERE line.event_id = event.event_id OFFSET 0
        ) AS line
        LEFT JOIN moved USING (product_id, category)
    ), changed AS (
        SELECT kind, touched.category, bool_or(touched.category = beside.today)::int
               - bool_or(touched.category = beside.category)::int AS one
        FROM touched JOIN beside USING (event_id)
        WHERE touched.category IN (beside.category, beside.today)
        GROUP BY event_id, kind, touched.category
    )
    SELECT category, 0::bigint, -gross, -discounts, -units, -reversals,
           -units_reversed, 0::bigint, -net, touched
    FROM sold
     UNION ALL
    SELECT today, 0::bigint, gross, discounts, units, reversals,
           units_reversed, 0::bigint, net, touched
    FROM sold
     UNION ALL
    SELECT category, coalesce(sum(one) FILTER (WHERE kind = 'sale'), 0)::bigint,
           0.00, 0.00, 0::bigint, 0.00, 0::bigint,
           coalesce(sum(one) FILTER (WHERE kind = 'cancellation'), 0)::bigint,
           0.00, 0
    FROM changed GROUP BY category
)"""


def of_today(scope: Scope) -> str:
    """By category as of today; the scope's `where` is not for it."""
    cut = pieces(scope.period)
    parts = [whole(scope, "category", cut), moved(scope, cut)]
    for piece in cut.edges:
        found = TODAY.format(lines=scope.lines(piece))
        parts += edge("category", piece, lines=found, counts=True)
    return " UNION ALL ".join(parts)


def moved(scope: Scope, cut: Pieces) -> str:
    place = scope.values.place
    return MOVED.format(
        added=plain(scope.attribution),
        reversals=column("reversals", scope.attribution),
        lines=lines(
            scope.attribution,
            start=place(cut.whole_start, "timestamptz"),
            end=place(cut.whole_end, "timestamptz"),
        ),
        **of_whole(scope, cut),
    )
