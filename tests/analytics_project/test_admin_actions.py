"""What an operator can do to an event or a parked message, and who may do it."""

from commands_app.models import OutboxEvent
from projections_app import dead_letters
from projections_app.models import DeadLetter, DeadLetterAction, ProductSales
from tests.analytics_project.admin_pages import act, list_of, staff
from tests.commands_app.builders import product
from tests.messaging.builders import an_order, body_of
from tests.projections_app.messages import POISON

LETTER_ACTIONS = ("retry", "dry_run", "discard")


def published() -> OutboxEvent:
    product()
    event = OutboxEvent.objects.latest("id")
    event.published_at = event.created_at
    event.save()
    return event


def parked(body: bytes) -> DeadLetter:
    dead_letters.park(body, ValueError("the cause"))
    return DeadLetter.objects.latest("id")


def test_a_published_event_is_made_pending_again() -> None:
    event, other = published(), published()

    page = act(staff("change_outboxevent"), "publish_again", event)

    event.refresh_from_db()
    other.refresh_from_db()
    assert event.published_at is None
    assert other.published_at is not None
    assert "1 to be published again" in page


def test_a_parked_event_is_applied_by_retry() -> None:
    letter = parked(body_of(an_order()))

    page = act(staff("change_deadletter"), "retry", letter)

    letter.refresh_from_db()
    assert letter.settlement == "retried"
    assert ProductSales.objects.get(pk=7).order_count == 1
    assert "1 applied" in page


def test_a_retry_that_fails_again_says_why_and_spares_the_others() -> None:
    poison, good = parked(POISON["unknown type"]), parked(body_of(an_order()))

    page = act(staff("change_deadletter"), "retry", poison, good)

    poison.refresh_from_db()
    good.refresh_from_db()
    assert (poison.settlement, good.settlement) == (None, "retried")
    assert poison.attempts == 2
    assert "OrderTeleported" in page
    written = DeadLetterAction.objects.order_by("id")
    assert list(written.values_list("actor", "letter_id", "outcome")) == [
        ("ann", poison.pk, "failed"),
        ("ann", good.pk, "applied"),
    ]


def test_a_settled_message_is_left_alone_and_does_not_stop_the_others() -> None:
    settled, other = parked(body_of(an_order())), parked(body_of(an_order(order_id=2)))
    dead_letters.discard([settled.pk], by="bob", reason="known")

    page = act(staff("change_deadletter"), "retry", settled, other)

    settled.refresh_from_db()
    assert settled.settlement == "discarded"
    assert "1 applied" in page
    assert "Stopped" not in page


def test_who_may_only_view_is_offered_no_action_and_none_works() -> None:
    viewer = staff("view_outboxevent", "view_deadletter")
    event, letter = published(), parked(body_of(an_order()))

    for row, action in (
        (event, "publish_again"),
        *((letter, name) for name in LETTER_ACTIONS),
    ):
        assert (
            f'value="{action}"' not in viewer.get(list_of(type(row))).content.decode()
        )
        act(viewer, action, row)

    event.refresh_from_db()
    letter.refresh_from_db()
    assert event.published_at is not None
    assert letter.settled_at is None
