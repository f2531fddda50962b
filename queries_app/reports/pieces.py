"""A range as whole UTC months, or days, and what the ledger adds or takes off again."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from queries_app.reports.ranges import DAY, Period, month_start


class Piece(NamedTuple):
    """Ledger lines of [start, end), to be taken off where `sign` is a minus."""

    start: datetime
    end: datetime
    sign: str = ""


class Pieces(NamedTuple):
    whole_start: datetime
    whole_end: datetime  # the same: there are none
    edges: tuple[Piece, ...]


def nearest_month(at: datetime) -> datetime:
    this = month_start(at)
    following = month_start(this + 31 * DAY)
    return this if at - this <= following - at else following


def nearest_day(at: datetime) -> datetime:
    return (at + DAY / 2).replace(hour=0, minute=0)


def pieces(
    period: Period, nearest: Callable[[datetime], datetime] = nearest_month
) -> Pieces:
    """Months from the month nearest to each end, so that few lines are read.

    A range that ends on the 23rd is read with all of its last month, less the lines
    since the 23rd: mostly there are none yet.
    """
    start, end, _ = period
    first, last = nearest(start), nearest(end)
    if first == last:
        return Pieces(start, start, (Piece(start, end),))
    edges = (edge(start, first, "", "-"), edge(end, last, "-", ""))
    return Pieces(first, last, tuple(each for each in edges if each))


def edge(at: datetime, month: datetime, before: str, after: str) -> Piece | None:
    """`before` and `after`: the sign of lines on that side of the month's start."""
    if at == month:
        return None
    return Piece(at, month, before) if at < month else Piece(month, at, after)
