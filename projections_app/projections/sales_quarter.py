"""What was sold and taken back in 15 minutes?"""

from projections_app.projection import Projection
from projections_app.projections.measures import COLUMNS, QUARTER_HOUR, rolled_up

SALES_QUARTER = Projection(
    name="sales_quarter",
    table="sales_quarter_view",
    heat=8,
    key=("quarter_start",),
    columns=COLUMNS,
    query=rolled_up(f"{QUARTER_HOUR} AS quarter_start", by="1"),
)
