"""A page's address, taken apart: what is chosen, and when that is."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from urllib.parse import urlencode

from django.http import HttpRequest, QueryDict
from django.urls import reverse

from queries_app.dashboard.models import Link
from queries_app.dashboard.selection import Selection, selection
from queries_app.reports import parameters
from queries_app.reports.question import Question, question
from queries_app.reports.ranges import Comparison, Period, is_midnight, reading

FORMATS = {"csv": "CSV", "ndjson": "NDJSON"}
API = "/api/analytics/"
EVERYTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Asked:
    query: Mapping[str, str]
    chosen: Selection
    period: Period
    comparison: Comparison | None
    path: str
    now: datetime

    @property
    def url(self) -> str:
        """The page's own, without the name of a panel."""
        rest = {name: text for name, text in self.query.items() if name != "panel"}
        return f"{self.path}?{urlencode(rest)}" if rest else self.path

    @cached_property
    def start(self) -> datetime:
        """What local clocks show at the beginning of the range."""
        return reading(self.period.start, self.period.zone)

    @cached_property
    def end(self) -> datetime:
        return reading(self.period.end, self.period.zone)

    def keep(self, *names: str) -> dict[str, str]:
        """What the address says beside the selection."""
        return {name: self.query[name] for name in names if self.query.get(name)}

    def here(self, *names: str, **more: object) -> str:
        """This page, otherwise: `names` of its parameters stay as they are."""
        return self.path + self.chosen.query(**{**self.keep(*names), **more})

    def page(self, name: str, *address: object, **more: object) -> str:
        """Another page of the dashboard with the same selection."""
        return reverse(f"dashboard:{name}", args=address) + self.chosen.query(**more)

    def between(self, name: str, start: datetime, end: datetime, **more: object) -> str:
        """Another page, about another time."""
        part = self.part(start, end)
        return reverse(f"dashboard:{name}") + part.query(**more)

    def part(self, start: datetime, end: datetime) -> Selection:
        """Of another time; whole local days are written as dates."""
        return self.chosen.between(self.written(start), self.written(end))

    def about_part(self, start: datetime, end: datetime) -> "Asked":
        return replace(self, chosen=self.part(start, end))

    def written(self, at: datetime) -> str:
        zone = self.period.zone
        if is_midnight(at, zone):
            return reading(at, zone).date().isoformat()
        return at.astimezone(zone).isoformat()

    def behind(self, metric: str, about: Mapping[str, str] = EVERYTHING) -> str:
        """Where a figure is explained; orders are their own explanation."""
        if metric == "orders":
            return self.page("orders", **about)
        return self.page("explain", metric=metric, **about)

    def alone(self) -> "Asked":
        """Without the comparison, which some reports refuse."""
        chosen = replace(self.chosen, compare="none")
        return replace(self, chosen=chosen, comparison=None)

    def question(self, report: str, **own: object) -> Question:
        """For a report; `own` are its own parameters."""
        given = {name: str(value) for name, value in own.items() if value is not None}
        return question(
            QueryDict(urlencode(self.chosen.compared(**given))),
            own=given,
            now=self.now,
            path=API + report,
        )

    def exports(self, report: str, **own: object) -> tuple[Link, ...]:
        """What is shown, as files."""
        query = self.chosen.compared(**own)
        return tuple(
            Link(label, f"{API}{report}?{urlencode({**query, 'format': name})}")
            for name, label in FORMATS.items()
        )


def asked(request: HttpRequest, *, now: datetime) -> Asked:
    chosen = selection(request.GET, now=now)
    given = chosen.compared()
    period = parameters.period(given, now=now)
    return Asked(
        query=request.GET.dict(),
        chosen=chosen,
        period=period,
        comparison=parameters.comparison(given, period),
        path=request.path,
        now=now,
    )
