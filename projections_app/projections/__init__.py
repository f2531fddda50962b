"""All projections, in the order in which the projector writes them."""

from projections_app.projections.category_day import CATEGORY_DAY
from projections_app.projections.category_metrics import CATEGORY_METRICS
from projections_app.projections.customer_ltv import CUSTOMER_LTV
from projections_app.projections.hourly_sales import HOURLY_SALES
from projections_app.projections.orders import ORDERS
from projections_app.projections.product_month import PRODUCT_MONTH
from projections_app.projections.product_sales import PRODUCT_SALES
from projections_app.projections.sales_quarter import SALES_QUARTER

# The hottest rows come last, so that they are locked for the shortest time.
PROJECTIONS = (
    ORDERS,
    PRODUCT_SALES,
    CUSTOMER_LTV,
    PRODUCT_MONTH,
    CATEGORY_METRICS,
    CATEGORY_DAY,
    SALES_QUARTER,
    HOURLY_SALES,
)
