"""A report's question, as it was understood, and the `meta` that repeats it."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple, cast
from zoneinfo import ZoneInfo

from django.http import QueryDict
from msgspec import UNSET

from queries_app import trust
from queries_app.parked import Scope
from queries_app.reports import parameters
from queries_app.reports.answers import Compared, Meta
from queries_app.reports.buckets import Interval, default_interval
from queries_app.reports.parameters import Attribution, Labels
from queries_app.reports.ranges import Comparison, Period


class Question(NamedTuple):
    period: Period
    comparison: Comparison | None
    attribution: Attribution
    labels: Labels
    own: Mapping[str, str]  # the report's own parameters, not decoded yet
    path: str
    state: trust.State

    @property
    def periods(self) -> list[Period]:
        """The asked one, and the one that it is compared with."""
        return [self.period, *([self.comparison.period] if self.comparison else [])]

    @property
    def interval(self) -> Interval:
        given = parameters.choice(self.own, "interval", Interval)
        return cast(Interval, given) if given else default_interval(self.period)

    def scope(self, *, ever: bool = False, **about: object) -> Scope:
        """What parked messages are counted by; `ever`: whatever their date."""
        ranges = None if ever else [(each.start, each.end) for each in self.periods]
        current = self.labels == "current"
        return Scope(ranges=ranges, catalogue=current, **about)  # type: ignore[arg-type]

    def meta(self, scope: Scope, *, interval: Interval | None = None) -> Meta:
        return Meta(
            from_=local(self.period.start, self.period.zone),
            to=local(self.period.end, self.period.zone),
            tz=self.period.zone.key,
            attribution=self.attribution,
            labels=self.labels,
            interval=interval or UNSET,
            compare=compared(self.comparison) if self.comparison else UNSET,
            as_of=self.state.as_of,
            lag_seconds=self.state.lag_seconds,
            parked_events=self.state.parked(scope),
        )


def question(
    query: QueryDict, *, own: Collection[str], now: datetime, path: str
) -> Question:
    """Raises InvalidParameter. The state is read here, so before any figure."""
    known = parameters.COMMON | parameters.WAITING | set(own)
    given = parameters.values(query, known)
    period = parameters.period(given, now=now)
    attribution = parameters.choice(given, "attribution", Attribution)
    labels = parameters.choice(given, "labels", Labels)
    return Question(
        period=period,
        comparison=parameters.comparison(given, period),
        attribution=cast(Attribution, attribution or "event_date"),
        labels=cast(Labels, labels or "as_sold"),
        own={name: value for name, value in given.items() if name in own},
        path=path,
        state=trust.state(),
    )


def local(at: datetime, zone: ZoneInfo) -> str:
    """With the offset of its zone, as in 2024-03-01T00:00:00+01:00."""
    return at.astimezone(zone).isoformat()


def compared(comparison: Comparison) -> Compared:
    period = comparison.period
    return Compared(
        mode=comparison.mode,
        from_=local(period.start, period.zone),
        to=local(period.end, period.zone),
    )
