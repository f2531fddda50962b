"""Who came back, by the month of the first order: the last twelve months as a table."""

from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from typing import Any

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.models import CohortRow, Cohorts, Empty, HeatCell, Link
from queries_app.dashboard.tops import months
from queries_app.dashboard.wording import NOTHING, count, money, rate
from queries_app.errors import InvalidParameter
from queries_app.reports.cohorts import cohorts
from queries_app.reports.ranges import midnight

LEVELS = 10
MODES = {"share": "Came back", "value": "Sales per customer"}
CAPTIONS = {
    "share": "Share of a month's new customers who ordered again, by months since",
    "value": "Net sales per customer up to the month, by months since the first order",
}
EMPTY = Empty("No cohorts yet", "Nobody ordered for the first time in these months.")


def table(asked: Asked) -> Cohorts:
    mode = mode_of(asked)
    part = of_months(asked)
    rows = answer(cohorts, part.question("cohorts")).rows
    rows = [row for row in rows if row.customers]
    most = highest(rows, mode)
    return Cohorts(
        note="by the month of the first order, twelve months up to the range's end",
        caption=CAPTIONS[mode],
        months=tuple(range(max((len(row.months) for row in rows), default=0))),
        rows=tuple(cohort_row(row, mode, most) for row in rows),
        modes=tuple(
            Link(
                label,
                asked.here(
                    "measure", "interval", cohort=None if name == "share" else name
                ),
                name == mode,
            )
            for name, label in MODES.items()
        ),
        exports=part.exports("cohorts"),
        empty=EMPTY,
    )


def mode_of(asked: Asked) -> str:
    mode = asked.query.get("cohort") or "share"
    if mode not in MODES:
        raise InvalidParameter("cohort", f"is one of {', '.join(MODES)}.")
    return mode


def of_months(asked: Asked) -> Asked:
    """Whole months but for the last, which ends with the range."""
    zone = asked.period.zone
    first = months(asked.end.date())[0]
    return asked.about_part(midnight(first, zone), asked.period.end).alone()


def value_of(cell: Any, mode: str) -> Decimal | None:
    found: Decimal | None = (
        cell.share if mode == "share" else cell.net_sales_per_customer
    )
    return found


def highest(rows: list[Any], mode: str) -> Decimal:
    """Of those who came back: all of a cohort order in its first month."""
    first = 1 if mode == "share" else 0
    cells = [cell for row in rows for cell in row.months[first:]]
    return max((value_of(cell, mode) or Decimal() for cell in cells), default=Decimal())


def cohort_row(row: Any, mode: str, most: Decimal) -> CohortRow:
    start = datetime.fromisoformat(row.start)
    return CohortRow(
        label=f"{start:%b %Y}",
        size=count(row.customers),
        cells=tuple(heat(value_of(cell, mode), mode, most) for cell in row.months),
    )


def heat(value: Decimal | None, mode: str, most: Decimal) -> HeatCell:
    if value is None:
        return HeatCell(NOTHING, 0)
    text = rate(value) if mode == "share" else money(value)
    return HeatCell(text, level(value, most))


def level(value: Decimal, most: Decimal) -> int:
    if value <= 0 or most <= 0:
        return 0
    tenths = (value / most * LEVELS).to_integral_value(ROUND_CEILING)
    return min(int(tenths), LEVELS)
