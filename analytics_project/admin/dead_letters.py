"""Parked messages: why each could not be applied, and what to do with it."""

import logging
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from analytics_project.admin import rendering
from analytics_project.admin.read_only import ReadOnlyAdmin
from projections_app import dead_letters
from projections_app.errors import ProjectionError
from projections_app.models import DeadLetter

logger = logging.getLogger(__name__)

ACTION_LIMIT = 500  # messages a click: each is settled in its own transaction


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, *_: Any) -> list[tuple[str, str]]:
        return [("parked", "Parked"), *DeadLetter.Settlement.choices]

    def queryset(self, _: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "parked":
            return rows.filter(settled_at=None)
        return rows.filter(settlement=self.value()) if self.value() else rows


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "short_reason", "attempts", "state", "parked_at")
    list_filter = (StateFilter,)
    list_defer = ("body", "traceback")
    search_fields = ("id", "fingerprint")
    search_help_text = "A row's number, an event's id, or the SHA-256 of the bytes."
    fields = (
        "id",
        "state",
        "type",
        "event_id",
        "fingerprint",
        "pretty_reason",
        "attempts",
        "parked_at",
        "settled_at",
        "pretty_body",
        "pretty_traceback",
    )
    actions = ("retry", "discard")

    @admin.display
    def state(self, letter: DeadLetter) -> str:
        return letter.settlement or "parked"

    @admin.display
    def type(self, letter: DeadLetter) -> str:
        return rendering.line(letter.event_type or "not readable")

    @admin.display(description="reason")
    def short_reason(self, letter: DeadLetter) -> str:
        return rendering.line(letter.reason)

    @admin.display(description="reason")
    def pretty_reason(self, letter: DeadLetter) -> SafeString:
        return rendering.block(letter.reason)

    @admin.display(description="message")
    def pretty_body(self, letter: DeadLetter) -> SafeString:
        return rendering.payload(bytes(letter.body))

    @admin.display(description="traceback")
    def pretty_traceback(self, letter: DeadLetter) -> SafeString:
        return rendering.block(letter.traceback)

    @admin.action(description="Retry: apply now", permissions=["act"])
    def retry(self, request: HttpRequest, letters: QuerySet[Any]) -> None:
        outcome: dict[int, str | None] = {}
        for id_ in parked_ids(letters):
            try:
                outcome |= dead_letters.retry([id_])
            except ProjectionError as error:
                self.message_user(request, f"Stopped: {error}", messages.ERROR)
                break
        failures = [reason for reason in outcome.values() if reason]
        self._tell(request, "applied", len(outcome) - len(failures))
        if failures:
            text = f"{len(failures)} failed again, first: {rendering.line(failures[0])}"
            self.message_user(request, text, messages.WARNING)

    @admin.action(description="Discard: never apply", permissions=["act"])
    def discard(self, request: HttpRequest, letters: QuerySet[Any]) -> None:
        ids = parked_ids(letters)
        try:
            dead_letters.discard(ids, reason=f"by {request.user} in the admin")
        except ProjectionError as error:
            self.message_user(request, f"Stopped: {error}", messages.ERROR)
        else:
            self._tell(request, "discarded", len(ids))

    def _tell(self, request: HttpRequest, done: str, count: int) -> None:
        names = {"done": done, "count": count, "user": str(request.user)}
        logger.info("parked messages settled by hand", extra=names)
        self.message_user(request, f"{count} {done}.", messages.SUCCESS)


def parked_ids(letters: QuerySet[Any]) -> list[int]:
    parked = letters.filter(settled_at=None).values_list("id", flat=True)
    return list(parked[:ACTION_LIMIT])
