"""The orders behind a number, and all that happened to one of them."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from queries_app.reading import first, rows_of

PAGE = 50
COLUMNS = """
order_id, customer_id, placed_at, gross, discounts, reversals, units, units_reversed,
cancelled > 0
"""
# Products that may be meant: there is an index of their lines, none of categories'.
OF_CATEGORY = """ARRAY(
    SELECT product_id FROM product_month_view
    WHERE category = $5 AND month < $2 AT TIME ZONE 'UTC'
      AND month >= date_trunc('month', $1 AT TIME ZONE 'UTC')
    UNION SELECT product_id FROM product_catalog WHERE $6 AND category = $5
)"""
PLACED = f"""
FROM order_view
WHERE lines > 0 AND placed_at >= $1 AND placed_at < $2
  AND ($3::bigint IS NULL OR customer_id = $3)
  AND (($4::bigint IS NULL AND $5::text IS NULL) OR order_id IN (
      SELECT order_id FROM sales_ledger AS line
      LEFT JOIN product_catalog AS today
             ON $6::boolean AND today.product_id = line.product_id
      WHERE kind = 'sale' AND occurred_at >= $1 AND occurred_at < $2
        AND ($4 IS NULL OR line.product_id = $4)
        AND ($5 IS NULL OR line.product_id = ANY({OF_CATEGORY})
            AND coalesce(today.category, line.category) = $5)))
"""  # noqa: S608 (parts of our own)
COUNT = f"SELECT count(*) {PLACED}"
ORDERS = f"""
SELECT {COLUMNS} {PLACED}
  AND ($7::timestamptz IS NULL OR (placed_at, order_id) < ($7, $8::bigint))
ORDER BY placed_at DESC, order_id DESC LIMIT {PAGE + 1}
"""
ORDER = f"SELECT {COLUMNS} FROM order_view WHERE order_id = $1"  # noqa: S608
LINES = """
SELECT kind, event_id, product_id, product_name, sku, category, quantity, gross,
       discount, amount, occurred_at
FROM sales_ledger WHERE order_id = $1 ORDER BY occurred_at, event_id, line_no
"""
NEWEST = "SELECT max(placed_at) FROM order_view"


class Order(NamedTuple):
    order_id: int
    customer_id: int
    placed_at: datetime
    gross: Decimal
    discounts: Decimal
    reversals: Decimal
    units: int
    units_reversed: int
    is_cancelled: bool

    @property
    def net(self) -> Decimal:
        return self.gross - self.discounts - self.reversals

    @property
    def status(self) -> str:
        if self.is_cancelled:
            return "Cancelled"
        return "Refunded" if self.reversals else "Placed"


class Line(NamedTuple):
    kind: str
    event_id: object
    product_id: int
    product_name: str
    sku: str | None
    category: str
    quantity: int
    gross: Decimal
    discount: Decimal
    amount: Decimal
    occurred_at: datetime


class Behind(NamedTuple):
    """Of which orders: those placed in the range, of a customer, with a product."""

    start: datetime
    end: datetime
    customer: int | None = None
    product: int | None = None
    category: str | None = None
    by_current_labels: bool = False


class After(NamedTuple):
    """Where the page before ended."""

    placed_at: datetime
    order_id: int


def number_of_orders(behind: Behind) -> int:
    (number,) = first(COUNT, behind)
    return int(number)


def orders(behind: Behind, after: After | None) -> tuple[list[Order], After | None]:
    """A page of them, newest first, and where the next one goes on."""
    rows = rows_of(ORDERS, [*behind, *(after or (None, None))])
    found = [Order(*row) for row in rows[:PAGE]]
    if len(rows) <= PAGE:
        return found, None
    return found, After(found[-1].placed_at, found[-1].order_id)


def order(order_id: int) -> Order | None:
    row = first(ORDER, (order_id,))
    return None if row is None else Order(*row)


def lines(order_id: int) -> list[Line]:
    return [Line(*row) for row in rows_of(LINES, (order_id,))]


def newest() -> datetime | None:
    """When the newest order was placed."""
    (found,) = first(NEWEST)
    return found  # type: ignore[no-any-return]
