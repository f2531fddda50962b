"""What was sold and taken back of a product in a month (UTC), by category as sold?"""

from projections_app.projection import Projection
from projections_app.projections.measures import COLUMNS, MONTH, rolled_up

PRODUCT_MONTH = Projection(
    name="product_month",
    table="product_month_view",
    heat=3,
    key=("month", "product_id", "category"),
    columns=COLUMNS,
    query=rolled_up(f"{MONTH} AS month, product_id, category", by="1, 2, 3"),
)
