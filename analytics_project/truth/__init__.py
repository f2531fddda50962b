"""The truth: every read table as it follows from the write side's business tables.

It is written apart from the projections' own SQL, so that a mistake in those shows.
`line` is what was sold and taken back, line by line. `absent` holds the events that
the read side has not applied, and whether that is excused; see reconcile.py.
"""

from analytics_project.truth.declared import DECLARED_VIEWS, DeclaredView
from analytics_project.truth.lines import BOOKINGS, lines
from analytics_project.truth.rollups import ROLLUPS
from analytics_project.truth.view import View
from analytics_project.truth.views import CATALOG, FIRST_VIEWS

AnyView = View | DeclaredView
VIEWS: tuple[AnyView, ...] = (
    *FIRST_VIEWS,
    *ROLLUPS,
    CATALOG,
    *DECLARED_VIEWS,
)
LINES = lines(whole=bool(DECLARED_VIEWS))

__all__ = ["BOOKINGS", "LINES", "VIEWS", "AnyView", "DeclaredView"]
