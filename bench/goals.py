"""What every figure has to reach (floor) and should reach (aim)."""

from typing import Literal, NamedTuple

Better = Literal["higher", "lower"]


class Goal(NamedTuple):
    floor: float
    aim: float
    unit: str  # "" is a ratio
    better: Better = "higher"

    def reaches(self, value: float, limit: float) -> bool:
        return value >= limit if self.better == "higher" else value <= limit


MONTH, YEAR = "a month", "a year"
# By what they are called here; those of one thing are of what sells most.
REPORTS = {
    "summary": "/api/analytics/summary",
    "series": "/api/analytics/sales/timeseries",
    "top products": "/api/analytics/products/top",
    "top categories": "/api/analytics/categories/top",
    "top customers": "/api/analytics/customers/top",
    "cohorts": "/api/analytics/cohorts",
    "a product": "/api/analytics/products/1",
    "a category": "/api/analytics/categories/Category%200/report",
    "a customer": "/api/analytics/customers/1",
}

# Ratios, throughput in events or orders a second, times in ms or s, memory in MB
# (10^6 bytes), processor time in % of one core.
GOALS = {
    "orders": Goal(0.33, 0.46, ""),
    "orders, hot": Goal(0.8, 0.9, ""),
    "bulk": Goal(4_000, 8_000, "orders/s"),
    "reads": Goal(0.55, 0.70, ""),
    "relay": Goal(0.55, 0.75, ""),
    "projector": Goal(0.60, 0.80, ""),
    "drain": Goal(3_000, 5_000, "events/s"),
    "freshness p50": Goal(20, 10, "ms", "lower"),
    "freshness p99": Goal(100, 50, "ms", "lower"),
    "freshness after idle": Goal(150, 50, "ms", "lower"),
    "idle cost": Goal(3, 1, "% of a core", "lower"),
    "rebuild": Goal(1.5, 1.2, "x", "lower"),
    "reconcile": Goal(30, 10, "s", "lower"),
    "growth, orders": Goal(1.2, 1.05, "x", "lower"),
    "growth, reads": Goal(1.2, 1.05, "x", "lower"),
    "growth, projector": Goal(1.2, 1.05, "x", "lower"),
    "memory, relay": Goal(150, 100, "MB", "lower"),
    "memory, consumer": Goal(150, 100, "MB", "lower"),
    **{f"{report}, {MONTH}": Goal(50, 25, "ms", "lower") for report in REPORTS},
    **{f"{report}, {YEAR}": Goal(200, 100, "ms", "lower") for report in REPORTS},
    "first paint": Goal(500, 250, "ms", "lower"),
}
