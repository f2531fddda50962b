"""What was done with parked messages, by whom, and what came of it."""

from django.contrib import admin
from django.utils.safestring import SafeString

from analytics_project.admin import rendering
from analytics_project.admin.read_only import ReadOnlyAdmin
from projections_app.models import DeadLetterAction

MAX_HISTORY = 20  # actions on a message's page


def history(letter_id: int) -> SafeString:
    """The newest actions on one message, a line each: no reason can forge another."""
    actions = DeadLetterAction.objects.filter(letter_id=letter_id).order_by("-id")
    lines = [rendering.line(told(each)) for each in actions[:MAX_HISTORY]]
    return rendering.block("\n".join(lines) or "nothing yet")


def told(action: DeadLetterAction) -> str:
    said = f"{action.at:%Y-%m-%d %H:%M:%S} {action.actor}: {action.action}"
    why = f" ({action.reason})" if action.reason else ""
    return f"{said}, {action.outcome}{why}"


@admin.register(DeadLetterAction)
class DeadLetterActionAdmin(ReadOnlyAdmin):
    list_display = (
        "id",
        "at",
        "by",
        "action",
        "message",
        "type",
        "outcome",
        "short_reason",
    )
    search_fields = ("letter_id",)
    search_help_text = "A dead letter's number."
    fields = (
        "id",
        "at",
        "by",
        "action",
        "message",
        "fingerprint",
        "type",
        "outcome",
        "pretty_reason",
    )

    @admin.display
    def by(self, action: DeadLetterAction) -> str:
        return rendering.line(action.actor)

    @admin.display
    def message(self, action: DeadLetterAction) -> SafeString:
        return rendering.search_link("projections_app_deadletter", action.letter_id)

    @admin.display
    def type(self, action: DeadLetterAction) -> str:
        return rendering.line(action.event_type or "not readable")

    @admin.display(description="reason")
    def short_reason(self, action: DeadLetterAction) -> str:
        return rendering.line(action.reason)

    @admin.display(description="reason")
    def pretty_reason(self, action: DeadLetterAction) -> SafeString:
        return rendering.block(action.reason)
