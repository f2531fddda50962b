"""What a retry came to, in the messages that the admin shows after it."""

from collections.abc import Iterator, Sequence

from django.contrib import messages

from analytics_project.admin import rendering
from projections_app.dead_letters import Outcome
from projections_app.models import DeadLetterAction

Result = DeadLetterAction.Outcome


def lines(outcomes: Sequence[Outcome], *, dry_run: bool) -> Iterator[tuple[int, str]]:
    """Levels and texts."""
    applied = sum(each.result == Result.APPLIED for each in outcomes)
    failures = [each.reason for each in outcomes if each.result == Result.FAILED]
    gone = sum(each.result is None for each in outcomes)
    if dry_run:
        yield messages.SUCCESS, f"{applied} would be applied. Nothing was changed."
    else:
        yield messages.SUCCESS, f"{applied} applied."
    if failures:
        verb = "would fail" if dry_run else "failed again"
        first = rendering.line(failures[0])
        yield messages.WARNING, f"{len(failures)} {verb}, first: {first}"
    if gone:
        yield messages.INFO, f"{gone} had been settled meanwhile."
