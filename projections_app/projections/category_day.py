"""What was sold and taken back in a category, as sold, on a day (UTC)?"""

from projections_app.projection import Projection
from projections_app.projections.measures import COLUMNS, DAY, rolled_up

CATEGORY_DAY = Projection(
    name="category_day",
    table="category_day_view",
    heat=5,
    key=("day", "category"),
    columns=COLUMNS,
    query=rolled_up(f"{DAY} AS day, category", by="1, 2"),
)
