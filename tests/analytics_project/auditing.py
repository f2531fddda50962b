"""Auditors that do not wait, and the rounds that they need."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

from analytics_project.auditor import Auditor
from commands_app import outbox
from projections_app import projector
from tests.analytics_project.pipeline import a_shop, deliver, event_ids
from tests.projections_app.messages import a_watermark

NOW = timedelta(0)
DEADLINE_S = 30


def goes_on(_seconds: float) -> bool:
    """A pause that takes no time and that no signal ends."""
    return False


def an_auditor() -> Auditor:
    made = Auditor(seconds=0, pause=goes_on)
    made.connect()
    return made


def rounds(auditor: Auditor, count: int = 2) -> list[UUID]:
    """A new watermark comes before each; what is to be published again then.

    The first round sees a watermark, the second one looks at what that has passed.
    """
    for _ in range(count):
        assert projector.apply([a_watermark(datetime.now(UTC))]) == []
        while auditor.run_once():
            pass
    return [message.id for message in outbox.pending(100).messages]


def audit_until(auditor: Auditor, condition: Callable[[], bool]) -> None:
    """For what waits until all transactions of the server have gone on."""
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline
        rounds(auditor, 1)


def a_lost_order() -> UUID:
    """Published and passed by the watermark, but never applied."""
    a_shop()
    event_id = event_ids("OrderCreated")[2]
    deliver(without=[event_id], ahead=NOW)
    return event_id
