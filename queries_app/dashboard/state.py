"""How fresh the figures are, in words: live, behind, at a standstill, incomplete."""

from datetime import datetime
from zoneinfo import ZoneInfo

from queries_app.dashboard.frame import State
from queries_app.dashboard.wording import NOTHING, count, duration, exact
from queries_app.reading import first
from queries_app.responses import Instant

LATE_S = 3  # a watermark comes once a second: more than this is no breath between two
STOPPED_S = 30
NEWEST_LINE = "SELECT coalesce(max(id), 0) FROM sales_ledger"

# What does not change from second to second: a screen reader says it once.
SAID = {
    "live": ("Live.", "Every order that the shop recorded is in these figures."),
    "parked": (
        "Incomplete.",
        "Events could not be applied and are parked: the figures miss them until"
        " somebody settles them.",
    ),
    "late": (
        "Behind.",
        "New orders are not in these figures yet; the pipeline is catching up.",
    ),
    "stopped": (
        "At a standstill.",
        "Orders are safe, but do not reach these figures: the relay, the broker or the"
        " consumer may be down.",
    ),
    "unknown": ("Waiting.", "Nothing has come through the pipeline yet."),
}


def state(
    *, as_of: Instant | None, lag: int | None, parked: int, mark: int, zone: ZoneInfo
) -> State:
    level = level_of(lag, parked)
    title, detail = SAID[level]
    return State(
        level=level,
        title=title,
        detail=detail,
        lag=NOTHING if lag is None else duration(lag),
        parked=count(parked),
        as_of=exact(datetime.fromisoformat(as_of), zone) if as_of else NOTHING,
        as_of_iso=as_of or "",
        mark=str(mark),
    )


def level_of(lag: int | None, parked: int) -> str:
    """The worst of what is the matter."""
    if lag is None:
        return "unknown"
    if lag >= STOPPED_S:
        return "stopped"
    if lag >= LATE_S:
        return "late"
    return "parked" if parked else "live"


def mark() -> int:
    """Another number whenever the ledger has grown."""
    (newest,) = first(NEWEST_LINE)
    return int(newest)
