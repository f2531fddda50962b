"""Under which name, category and SKU a product is told, and which ones a search finds.

As sold: as on the newest of its sale lines in the range, or of its reversals if it was
only given back. As of today: as in the catalogue; a product that it lacks, as sold.
"""

from queries_app.reports.measures import lines
from queries_app.reports.parameters import Labels
from queries_app.reports.parts import Scope

NAMES = ("name", "category", "sku")
COLUMNS = tuple(
    f"coalesce(today.{name}, sold.{name}, returned.{name}) AS {name}" for name in NAMES
)
# The later ones are looked for only where the one before has found nothing.
JOINS = """
    LEFT JOIN product_catalog AS today
           ON {is_current} AND today.product_id = {keys}.key
    LEFT JOIN LATERAL (
        SELECT product_id, product_name AS name, category, sku
        FROM sales_ledger AS line
        WHERE line.product_id = {keys}.key AND kind = 'sale'
              AND occurred_at >= {start} AND occurred_at < {end}
              AND today.product_id IS NULL
        ORDER BY occurred_at DESC, order_id DESC, line_no DESC LIMIT 1
    ) AS sold ON true
    LEFT JOIN LATERAL (
        SELECT product_name AS name, category, sku
        FROM ({lines}) AS line
        WHERE line.product_id = {keys}.key AND kind <> 'sale'
              AND today.product_id IS NULL AND sold.product_id IS NULL
        ORDER BY occurred_at DESC, order_id DESC, line_no DESC LIMIT 1
    ) AS returned ON true
"""
FOUND = """
    matching AS MATERIALIZED (
        SELECT key FROM (
            SELECT key, {columns} FROM ({candidates}) AS candidate {joins}
        ) AS told
        WHERE name ILIKE {pattern} OR sku ILIKE {pattern}
    )
"""
MATCHING = "product_id IN (SELECT key FROM matching)"
SOLD_SO = """
    SELECT DISTINCT product_id AS key FROM ({lines}) AS line
    WHERE product_name ILIKE {pattern} OR sku ILIKE {pattern}
"""
NAMED_SO = """
    SELECT product_id AS key FROM product_catalog
    WHERE name ILIKE {pattern} OR sku ILIKE {pattern}
     UNION ALL
    SELECT product_id FROM product_sales_view AS seen
    WHERE NOT EXISTS (
        SELECT FROM product_catalog WHERE product_id = seen.product_id
    )
"""


def joins(scope: Scope, labels: Labels, *, keys: str = "page") -> str:
    """To `keys`, a table with a `key`: what COLUMNS are taken from."""
    start, end = bounds(scope)
    return JOINS.format(
        is_current="true" if labels == "current" else "false",
        keys=keys,
        start=start,
        end=end,
        lines=lines(scope.attribution, start=start, end=end),
    )


def search(scope: Scope, labels: Labels, pattern: str) -> str:
    """The WITH query that MATCHING looks into."""
    start, end = bounds(scope)
    told = scope.values.place(pattern, "text")
    candidates = (NAMED_SO if labels == "current" else SOLD_SO).format(
        pattern=told, lines=lines(scope.attribution, start=start, end=end)
    )
    return FOUND.format(
        columns=", ".join(COLUMNS),
        candidates=candidates,
        joins=joins(scope, labels, keys="candidate"),
        pattern=told,
    )


def bounds(scope: Scope) -> tuple[str, str]:
    start, end, _ = scope.period
    place = scope.values.place
    return place(start, "timestamptz"), place(end, "timestamptz")
