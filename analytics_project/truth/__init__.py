"""The truth: every read table as it follows from the write side's business tables.

It is written apart from the projections' own SQL, so that a mistake in those shows.
`line` is what was sold and taken back, line by line. `absent` holds the events that
the read side has not applied, and whether that is excused; see reconcile.py.
"""

from analytics_project.truth.lines import BOOKINGS, LINES
from analytics_project.truth.rollups import ROLLUPS
from analytics_project.truth.view import View
from analytics_project.truth.views import CATALOG, FIRST_VIEWS

VIEWS = (*FIRST_VIEWS, *ROLLUPS, CATALOG)

__all__ = ["BOOKINGS", "LINES", "VIEWS", "View"]
