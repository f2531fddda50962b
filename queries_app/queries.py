"""The questions, each one statement over the read tables."""

from decimal import Decimal
from enum import Enum
from typing import NamedTuple
from uuid import UUID

from queries_app.parameters import Period
from queries_app.reading import first, rows_of
from queries_app.responses import (
    CategoryRevenue,
    CustomerLifetimeValue,
    HourlySales,
    HourSales,
    ProductSales,
    SyncStatus,
    instant,
)

ZERO = Decimal("0.00")
MOST_SKEW_S = 60  # beyond it a clock was set back: a watermark of the future

PRODUCT_SALES = """
SELECT total_quantity_sold, total_revenue, order_count
FROM product_sales_view WHERE product_id = $1
"""
CATEGORY_REVENUE = """
SELECT total_revenue, total_orders
FROM category_metrics_view WHERE category_name = $1
"""
CUSTOMER_LIFETIME_VALUE = """
SELECT total_spent, order_count, last_order_date
FROM customer_ltv_view WHERE customer_id = $1
"""
HOURLY_SALES = """
SELECT hour, coalesce(total_orders, 0), coalesce(total_revenue, 0.00)
FROM generate_series($1::timestamptz, $2::timestamptz - interval '1 hour',
                     interval '1 hour') AS hour
LEFT JOIN hourly_sales_view ON hour_timestamp = hour
ORDER BY hour
"""
# The read database's clock judges a watermark of the write database's: the two servers
# must keep the same time.
LAG = "floor(extract(epoch FROM clock_timestamp() - watermark))::bigint"
SYNC_STATUS = f"SELECT last_event_at, {LAG} FROM sync_state WHERE id = 1"  # noqa: S608
PIPELINE = f"""
SELECT (SELECT {LAG} FROM sync_state WHERE id = 1),
       (SELECT count(*) FROM dead_letters WHERE settled_at IS NULL)
"""  # noqa: S608
# The ledger remembers order events for ever, processed_events may be pruned. A
# parked event is filed under its id.
EVENT_PROGRESS = """
SELECT EXISTS (SELECT FROM processed_events WHERE event_id = $1)
       OR EXISTS (SELECT FROM sales_ledger WHERE event_id = $1),
       EXISTS (
           SELECT FROM dead_letters
           WHERE fingerprint = $1::text AND settled_at IS NULL
       )
"""


class Pipeline(NamedTuple):
    lag_seconds: int | None  # None: nothing has come through yet
    parked: int


class Progress(Enum):
    PENDING = "pending"
    APPLIED = "applied"
    PARKED = "parked"


def product_sales(product_id: int) -> ProductSales:
    row = first(PRODUCT_SALES, (product_id,)) or (0, ZERO, 0)
    return ProductSales(product_id, *row)


def category_revenue(category: str) -> CategoryRevenue:
    row = first(CATEGORY_REVENUE, (category,)) or (ZERO, 0)
    return CategoryRevenue(category, *row)


def customer_lifetime_value(customer_id: int) -> CustomerLifetimeValue:
    row = first(CUSTOMER_LIFETIME_VALUE, (customer_id,))
    if row is None:
        return CustomerLifetimeValue(customer_id, ZERO, 0, None)
    spent, count, last = row
    return CustomerLifetimeValue(customer_id, spent, count, instant(last))


def hourly_sales(period: Period) -> HourlySales:
    rows = rows_of(HOURLY_SALES, period)
    hours = [HourSales(instant(hour), *sums) for hour, *sums in rows]
    return HourlySales(instant(period.start), instant(period.end), hours)


def sync_status() -> SyncStatus:
    last_event_at, lag = first(SYNC_STATUS) or (None, None)
    return SyncStatus(
        None if last_event_at is None else instant(last_event_at), not_negative(lag)
    )


def pipeline() -> Pipeline:
    lag, parked = first(PIPELINE)
    return Pipeline(not_negative(lag), parked)


def not_negative(lag: int | None) -> int | None:
    """The two databases' clocks may differ a little. More, and nothing is known."""
    return None if lag is None or lag < -MOST_SKEW_S else max(0, lag)


def event_progress(event_id: UUID) -> Progress:
    applied, parked = first(EVENT_PROGRESS, [event_id]) or (False, False)
    if applied:
        return Progress.APPLIED
    return Progress.PARKED if parked else Progress.PENDING
