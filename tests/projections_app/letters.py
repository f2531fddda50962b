"""Parked messages, and the command that looks after them."""

from io import StringIO
from uuid import UUID

from django.core.management import call_command

from projections_app import dead_letters
from projections_app.errors import InconsistentEvent
from projections_app.models import DeadLetter
from tests.messaging.builders import an_order, body_of

REASON = InconsistentEvent("the sum is wrong")


def parked(body: bytes, error: Exception = REASON) -> DeadLetter:
    dead_letters.park(body, error, event_type="OrderCreated")
    return DeadLetter.objects.latest("id")


def an_event(number: int, error: Exception = REASON) -> DeadLetter:
    """A parked order that can be applied; events are in the order of the numbers."""
    return parked(body_of(an_order(order_id=number), id=UUID(int=number)), error)


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("dead_letters", *arguments, stdout=out)
    return out.getvalue()


def still_parked() -> list[int]:
    return list(dead_letters.parked().order_by("id").values_list("id", flat=True))
