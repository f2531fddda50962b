"""What narrows the list of parked messages: their state, and their group."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from analytics_project.admin import rendering
from analytics_project.admin.read_only import MAX_COUNT
from projections_app import dead_letters
from projections_app.models import DeadLetter

MAX_GROUPS = 30  # in the filter; the command lists all


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [("parked", "Parked"), *DeadLetter.Settlement.choices]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "parked":
            return rows.filter(settled_at=None)
        return rows.filter(settlement=self.value()) if self.value() else rows


class GroupFilter(admin.SimpleListFilter):
    """Messages of one type and cause; in groups of the newest MAX_COUNT parked."""

    title = "type and cause"
    parameter_name = "group"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        newest = dead_letters.parked().order_by("-id").values("id")[:MAX_COUNT]
        groups = dead_letters.groups(DeadLetter.objects.filter(id__in=newest))
        return [(group.key, described(group)) for group in groups[:MAX_GROUPS]]

    def has_output(self) -> bool:
        return True  # also for a group that was settled: its filter is still on

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        return dead_letters.Filter(group=self.value())(rows)


def described(group: dead_letters.Group) -> str:
    return rendering.line(
        f"{group.size:,}: {group.event_type or 'not readable'}, {group.cause}"
    )
