"""All projections, in the order in which the projector writes them."""

from projections_app.projections.category_metrics import CATEGORY_METRICS
from projections_app.projections.customer_ltv import CUSTOMER_LTV
from projections_app.projections.hourly_sales import HOURLY_SALES
from projections_app.projections.product_sales import PRODUCT_SALES

# The hottest rows come last, so that they are locked for the shortest time.
PROJECTIONS = (PRODUCT_SALES, CUSTOMER_LTV, CATEGORY_METRICS, HOURLY_SALES)
