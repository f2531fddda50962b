"""The outbox: what is to be published, what was, and a way to publish it again."""

import logging
from typing import Any

import msgspec
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from analytics_project.admin import rendering
from analytics_project.admin.read_only import MAX_COUNT, ReadOnlyAdmin
from commands_app import outbox
from commands_app.models import OutboxEvent
from messaging.events import EVENT_TYPES

logger = logging.getLogger(__name__)

TYPE_WINDOW = 50_000  # rows: there is no index by type


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [("pending", "Pending"), ("published", "Published")]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "pending":
                return rows.filter(published_at=None)
            case "published":
                return rows.exclude(published_at=None)
        return rows


class TypeFilter(admin.SimpleListFilter):
    title = f"type, in the newest {TYPE_WINDOW:,}"
    parameter_name = "type"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [(kind.__name__, kind.__name__) for kind in EVENT_TYPES]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return rows
        ids = OutboxEvent.objects.order_by("-id").values_list("id", flat=True)
        first = ids[TYPE_WINDOW : TYPE_WINDOW + 1].first() or 0  # ids have gaps
        return rows.filter(event_type=self.value(), id__gt=first)


@admin.register(OutboxEvent)
class OutboxAdmin(ReadOnlyAdmin):
    list_display = ("id", "event_id", "event_type", "subject", "state", "age")
    list_filter = (StateFilter, TypeFilter)
    list_defer = ("payload",)
    search_fields = ("id", "event_id")
    search_help_text = "A row's number or an event's id."
    fields = (
        "id",
        "event_id",
        "event_type",
        "version",
        "topic",
        "subject",
        "state",
        "created_at",
        "published_at",
        "traceparent",
        "pretty_payload",
    )
    actions = ("publish_again",)

    @admin.display
    def state(self, event: OutboxEvent) -> str:
        return "pending" if event.published_at is None else "published"

    @admin.display
    def age(self, event: OutboxEvent) -> str:
        return rendering.age(event.created_at)

    @admin.display(description="payload")
    def pretty_payload(self, event: OutboxEvent) -> SafeString:
        return rendering.payload(msgspec.json.encode(event.payload))

    @admin.action(description="Publish again", permissions=["act"])
    def publish_again(self, request: HttpRequest, events: QuerySet[Any]) -> None:
        ids = list(events.values_list("event_id", flat=True)[:MAX_COUNT])
        count = outbox.publish_again(ids).size
        names = {"count": count, "user": str(request.user)}
        logger.info("events to be published again", extra=names)
        text = f"{count} to be published again, {len(ids) - count} were pending."
        self.message_user(request, text, messages.SUCCESS)
