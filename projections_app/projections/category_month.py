"""What was sold and taken back in a category, as sold, in a month (UTC)?"""

from projections_app.projection import Projection
from projections_app.projections.measures import COLUMNS, MONTH, rolled_up

CATEGORY_MONTH = Projection(
    name="category_month",
    table="category_month_view",
    heat=5,
    key=("month", "category"),
    columns=COLUMNS,
    query=rolled_up(f"{MONTH} AS month, category", by="1, 2"),
)
