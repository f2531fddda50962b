"""Parked messages: why each could not be applied, and what to do with it."""

from threading import Event
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString

from analytics_project.admin import (
    dead_letter_actions,
    discarding,
    rendering,
    retry_report,
)
from analytics_project.admin.dead_letter_filters import GroupFilter, StateFilter
from analytics_project.admin.discarding import DiscardForm
from analytics_project.admin.fixed_set import HeldForm, listed
from analytics_project.admin.read_only import MAX_COUNT, ReadOnlyAdmin
from projections_app import dead_letters
from projections_app.errors import ProjectionError
from projections_app.models import DeadLetter

ACTION_LIMIT = 500  # messages a retry by click: each is a transaction of its own
RATE = 100.0  # messages a second: what comes live goes first
NOTHING = "Nothing of it is parked."


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    list_display = ("id", "type", "short_reason", "attempts", "state", "parked_at")
    list_filter = (StateFilter, GroupFilter)
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
        "history",
        "attempts",
        "parked_at",
        "settled_at",
        "pretty_body",
        "pretty_traceback",
    )
    actions = ("retry", "dry_run", "discard")
    action_form = HeldForm

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

    @admin.display(description="what was done")
    def history(self, letter: DeadLetter) -> SafeString:
        return dead_letter_actions.history(letter.pk)

    @admin.action(description="Retry: apply now", permissions=["act"])
    def retry(self, request: HttpRequest, letters: QuerySet[Any]) -> None:
        self._try(request, letters, dry_run=False)

    @admin.action(description="Dry run: would a retry succeed?", permissions=["act"])
    def dry_run(self, request: HttpRequest, letters: QuerySet[Any]) -> None:
        self._try(request, letters, dry_run=True)

    @admin.action(description="Discard: never apply", permissions=["act"])
    def discard(
        self, request: HttpRequest, letters: QuerySet[Any]
    ) -> TemplateResponse | None:
        if "confirmed" in request.POST:
            form = DiscardForm(request.POST)
            if not form.is_valid():
                return discarding.page(request, form)
            self._discard(request, form)
            return None
        chosen = listed(request, letters, limit=MAX_COUNT)
        if not chosen.ids:
            self.message_user(request, NOTHING, messages.WARNING)
            return None
        if chosen.more:
            self.message_user(request, more(MAX_COUNT), messages.WARNING)
        return discarding.page(request, discarding.first_asked(chosen))

    def _try(
        self, request: HttpRequest, letters: QuerySet[Any], *, dry_run: bool
    ) -> None:
        chosen = listed(request, letters, limit=ACTION_LIMIT)
        outcomes: list[dead_letters.Outcome] = []
        ids = dead_letters.paced(chosen.ids, rate=RATE, stop=Event())
        try:
            for outcome in dead_letters.retry(
                ids, by=str(request.user), dry_run=dry_run
            ):
                outcomes.append(outcome)
        except ProjectionError as error:
            self.message_user(request, f"Stopped: {error}", messages.ERROR)
        for level, text in retry_report.lines(outcomes, dry_run=dry_run):
            self.message_user(request, text, level)
        if chosen.more:
            self.message_user(request, more(ACTION_LIMIT), messages.WARNING)

    def _discard(self, request: HttpRequest, form: DiscardForm) -> None:
        user, ids = str(request.user), form.chosen()
        count = dead_letters.discard(ids, by=user, reason=form.cleaned_data["reason"])
        text = f"{count} discarded."
        if left := len(ids) - count:
            text += f" {left} had been settled meanwhile."
        self.message_user(request, text, messages.SUCCESS)


def more(limit: int) -> str:
    return (
        f"These are the first {limit:,}; the others stay parked. Do it again, or use"
        " the command dead_letters."
    )
