"""Random shops, random questions: the reports equal a plain recomputation."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from messaging.events import OrderCreated, OrderEvent
from projections_app import projector
from tests.projections_app.histories import Shop, bodies
from tests.queries_app.api import Ask
from tests.queries_app.reports import oracle_of_ranges as oracle

BEGIN = datetime(2023, 2, 1, tzinfo=UTC)
QUARTERS = 96 * 430  # of an hour, until after the changes of the clocks in 2024
ZONES = [
    *("UTC", "Europe/Berlin", "America/New_York"),
    *("Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Chatham"),
]
LONGEST = {"hour": 5, "day": 120, "week": 400, "month": 400}  # days
QUESTIONS = 15


class Year(Shop):
    """Its orders are spread over a year, many of them on days of changing clocks."""

    def place_order(self) -> OrderCreated:
        days = ["2023-03-26", "2023-10-29", "2024-02-29", "2024-03-31", "2024-04-07"]
        day = datetime.fromisoformat(self.random.choice(days)).replace(tzinfo=UTC)
        spread = timedelta(seconds=self.random.randrange(-86_400, 86_400))
        moment = day + self.random.choice([1, 1, 30]) * spread
        return msgspec.structs.replace(super().place_order(), placed_at=moment)

    def later(self, order: OrderCreated) -> datetime:
        return order.placed_at + timedelta(seconds=self.random.randrange(40 * 86_400))


def questions(random: Random) -> Iterator[dict[str, str]]:
    for _ in range(QUESTIONS):
        zone, interval = random.choice(ZONES), random.choice(list(LONGEST))
        yield {
            **random_range(random, zone, LONGEST[interval]),
            "tz": zone,
            "interval": interval,
            "attribution": random.choice(["event_date", "order_date"]),
            "compare": random.choice(["previous_period", "previous_year"]),
        }


def random_range(random: Random, zone: str, longest: int) -> dict[str, str]:
    start = BEGIN + timedelta(minutes=15 * random.randrange(QUARTERS))
    end = start + timedelta(minutes=15 * random.randint(1, 96 * longest))
    if random.random() < 0.5:
        days = (start.date(), max(end.date(), start.date() + timedelta(days=1)))
        return {"from": str(days[0]), "to": str(days[1])}
    place = ZoneInfo(zone)
    return {
        "from": start.astimezone(place).isoformat(),
        "to": end.astimezone(place).isoformat(),
    }


@pytest.mark.parametrize("seed", range(4))
def test_reports_equal_a_plain_recomputation(ask: Ask, seed: int) -> None:
    history = Year(Random(seed)).history(products=5, orders=150)
    assert projector.apply(Random(seed).sample(bodies(history), len(history))) == []
    events = [each for _, each in history if isinstance(each, OrderEvent)]

    for query in questions(Random(seed)):
        check_summary(ask, events, query)
        check_series(ask, events, query)


def check_summary(ask: Ask, events: list[OrderEvent], query: dict[str, str]) -> None:
    given = {name: value for name, value in query.items() if name != "interval"}
    answer = ask("summary", **given).body
    total, meta = answer["total"], answer["meta"]

    def expected(told: dict[str, str]) -> dict[str, Any]:
        start, end = span(told, "from", "to")
        some = oracle.within(events, start, end, query["attribution"])
        return oracle.sales(some) | oracle.customers(events, start, end)

    now, before = expected(meta), expected(meta["compare"])
    growth = {name: oracle.growth(now[name], before[name]) for name in now}
    assert total == {**now, "previous": before, "growth": growth}, query


def check_series(ask: Ask, events: list[OrderEvent], query: dict[str, str]) -> None:
    answer = ask("sales/timeseries", **query).body
    data, zone = answer["data"], ZoneInfo(query["tz"])
    start, end = span(answer["meta"], "from", "to")
    some = oracle.within(events, start, end, query["attribution"])
    expected = oracle.series(some, zone, query["interval"], query["attribution"])

    told = {}
    for bucket in data:
        begin = span(bucket, "start", "end")[0].astimezone(zone)
        told[oracle.bucket_of(begin, query["interval"])] = figures(bucket)
    assert len(told) == len(data), query
    nothing = oracle.sales([])
    assert told == dict.fromkeys(told, nothing) | expected, query
    check_previous(events, data, answer["meta"]["compare"], query)


def check_previous(
    events: list[OrderEvent],
    data: list[dict[str, Any]],
    compare: dict[str, str],
    query: dict[str, str],
) -> None:
    """The parts lie side by side in the other range, and tell what is in them."""
    bounds = [span(bucket["previous"], "start", "end") for bucket in data]
    ends = [bounds[0][0], *(end for _, end in bounds)]
    assert [start for start, _ in bounds] == ends[:-1], query
    assert (ends[0], ends[-1]) == span(compare, "from", "to"), query
    for bucket, (start, end) in zip(data, bounds, strict=True):
        some = oracle.within(events, start, end, query["attribution"])
        assert figures(bucket["previous"]) == oracle.sales(some), query


def span(told: dict[str, str], start: str, end: str) -> tuple[datetime, datetime]:
    first, last = (datetime.fromisoformat(told[name]) for name in (start, end))
    return first, last


def figures(bucket: dict[str, Any]) -> dict[str, Any]:
    return {name: bucket[name] for name in oracle.sales([])}
