"""Has lost events published again, while the lag tells that they are missing."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from commands_app import outbox
from commands_app.outbox import Again
from projections_app import progress


def redrive(event_ids: Collection[UUID]) -> Again:
    """The watermark goes back to the oldest of the events, until all are applied.

    Watermarks that are on their way by now must not lift it: they were published
    when nobody knew of the loss. Later ones follow the events in the queue.
    """
    with transaction.atomic(using=progress.DATABASE):
        progress.hold()
        again = outbox.publish_again(event_ids)
        if again.oldest:
            progress.set_back(to=again.oldest, believe_from=again.since)
    return again
