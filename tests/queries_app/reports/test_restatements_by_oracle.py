"""What changed days that were over, of a random shop, by plain Python."""

import random
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from projections_app import projector
from queries_app.responses import instant
from tests.messaging.builders import body_of
from tests.queries_app.api import Ask
from tests.queries_app.reports.oracle import Line, lines_of
from tests.queries_app.reports.sales import at
from tests.queries_app.reports.shop import Shop

LATENESS = [timedelta(seconds=2), timedelta(hours=5), timedelta(days=20)]
KATHMANDU = ZoneInfo("Asia/Kathmandu")
START, END = at("2024-02-10T05:45:00"), at("2024-04-20T05:45:00")  # within a day
RANGE = {"from": START.isoformat(), "to": END.isoformat(), "tz": "Asia/Kathmandu"}


class Change(NamedTuple):
    changed_at: str
    order: int
    kind: str
    day: date
    change: Decimal


@pytest.mark.parametrize("attribution", ["event_date", "order_date"])
def test_the_days_of_a_random_shop_change_by_what_came_late(
    ask: Ask, attribution: str
) -> None:
    shop, dice = Shop(41), random.Random(41)
    query = {**RANGE, "attribution": attribution}
    expected = []
    bodies = []
    for event in shop.events:
        if lines := lines_of(event):
            recorded = lines[0].made + dice.choice(LATENESS)
            bodies.append(body_of(event, time=recorded))
            expected += late(lines, recorded, attribution)
    assert projector.apply(bodies) == []

    rows = pages(ask, "restatements", query)
    days = pages(ask, "restatements/days", query)

    found = [
        Change(
            row["changedAt"],
            row["orderId"],
            row["kind"],
            date.fromisoformat(row["day"]),
            row["change"],
        )
        for row in rows
    ]
    assert sorted(found) == sorted(expected)
    assert [row.changed_at for row in found] == sorted(
        (row.changed_at for row in found), reverse=True
    )
    summed: defaultdict[date, Decimal] = defaultdict(Decimal)
    for change in expected:
        summed[change.day] += change.change
    assert [(date.fromisoformat(day["day"]), day["change"]) for day in days] == sorted(
        summed.items(), reverse=True
    )
    assert sum(day["events"] for day in days) == len(expected)


def late(lines: list[Line], recorded: datetime, attribution: str) -> list[Change]:
    """What the event changes of a day of the range that was over, if anything."""
    booked = lines[0].made if attribution == "event_date" else lines[0].placed
    day = booked.astimezone(KATHMANDU).date()
    change = sum((each.net for each in lines), Decimal(0))
    signed = change if lines[0].is_sale else -change
    is_late = recorded.astimezone(KATHMANDU).date() > day
    if not (START <= booked < END and change and is_late):
        return []
    return [Change(instant(recorded), lines[0].order, lines[0].kind, day, signed)]


def pages(ask: Ask, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        body = ask(path, limit="9", **query, **cursor).body
        found += body["rows"]
        if body["next"] is None:
            return found
        cursor = {"cursor": body["next"]}
