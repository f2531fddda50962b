"""Totals and series of an answer, compared with the lines that they add up from."""

import random
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from projections_app import projector
from tests.messaging.builders import body_of
from tests.queries_app.reports.oracle import Figures, Line, Oracle, figures, growth
from tests.queries_app.reports.shop import Shop
from tests.queries_app.reports.test_lists_by_oracle import question

Own = Callable[[Line], bool]
COMMON = ("from", "to", "tz", "attribution", "labels", "compare")


def shop(seed: int) -> Oracle:
    """Its events are applied."""
    events = Shop(seed).events
    assert projector.apply([body_of(event) for event in events]) == []
    return Oracle(events)


def random_question(dice: random.Random) -> dict[str, str]:
    asked = question(dice, "customers")
    return {name: asked[name] for name in COMMON if name in asked}


def totalled(
    oracle: Oracle,
    query: dict[str, str],
    told: dict[str, Any],
    is_own: Own,
) -> None:
    """Total and series, with what they are compared with."""
    for row in [told["total"] | told["meta"], *told.get("data", ())]:
        now = own_figures(oracle, query, row, is_own)
        assert row.items() >= now.items(), query
        if "compare" in query:
            span = told["meta"]["compare"] if "tz" in row else row["previous"]
            before = own_figures(oracle, query, span, is_own)
            assert row["previous"].items() >= before.items(), query
            assert row["growth"] == growth(now, before)


def own_figures(
    oracle: Oracle,
    query: dict[str, str],
    span: dict[str, Any],
    is_own: Own,
) -> Figures:
    return figures(filter(is_own, booked(oracle, query, span)))


def booked(oracle: Oracle, query: dict[str, str], span: dict[str, Any]) -> list[Line]:
    names = ("from", "to") if "from" in span else ("start", "end")
    start, end = (datetime.fromisoformat(span[name]) for name in names)
    return oracle.booked(query["attribution"], start, end)


def net(lines: Iterable[Line]) -> Decimal:
    return Decimal(figures(lines)["netSales"])
