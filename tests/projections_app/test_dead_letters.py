"""Parked messages are settled once: applied after all, or given up with a reason."""

import hashlib
import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from projections_app import dead_letters
from projections_app.errors import InconsistentEvent, NotParked
from projections_app.models import DeadLetter, DeliveryAttempt, ProductSales
from tests.messaging.builders import an_order, body_of

REASON = InconsistentEvent("the sum is wrong")


def parked(body: bytes) -> DeadLetter:
    dead_letters.park(body, REASON, event_type="OrderCreated")
    return DeadLetter.objects.latest("id")


def command(*arguments: str) -> str:
    out = StringIO()
    call_command("dead_letters", *arguments, stdout=out)
    return out.getvalue()


def test_a_message_is_parked_once_until_it_is_settled() -> None:
    body = body_of(an_order())
    first = parked(body)
    dead_letters.park(body, REASON)
    assert DeadLetter.objects.count() == 1

    dead_letters.discard([first.id], reason="a test")
    dead_letters.park(body, REASON)

    assert dead_letters.parked().count() == 1
    assert DeadLetter.objects.count() == 2


def test_bytes_that_are_no_event_are_named_by_their_hash() -> None:
    letter = parked(b"\0 no JSON")

    assert letter.fingerprint == hashlib.sha256(b"\0 no JSON").hexdigest()
    assert letter.event_id is None
    assert letter.event_type == "OrderCreated"
    assert letter.reason == "InconsistentEvent: the sum is wrong"


def test_a_reason_that_the_database_cannot_hold_is_escaped() -> None:
    dead_letters.park(b"x", ValueError("nul \0, surrogate \ud800\nmore"))

    assert DeadLetter.objects.get().reason == ("ValueError: nul \\0, surrogate \\ud800")


def test_parking_clears_the_attempts() -> None:
    DeliveryAttempt.objects.create(
        fingerprint=hashlib.sha256(b"x").hexdigest(), attempts=3
    )

    parked(b"x")

    assert DeliveryAttempt.objects.count() == 0


def test_retry_applies_the_event_once_and_settles_it() -> None:
    letter = parked(body_of(an_order()))

    assert dead_letters.retry([letter.id]) == {letter.id: None}

    letter.refresh_from_db()
    assert letter.settlement == "retried"
    assert letter.settled_at is not None
    assert ProductSales.objects.get().order_count == 1
    with pytest.raises(NotParked):
        dead_letters.retry([letter.id])


def test_a_number_that_is_not_parked_keeps_retry_from_applying_any() -> None:
    letter = parked(body_of(an_order()))

    with pytest.raises(NotParked, match="no message 999 is parked"):
        dead_letters.retry([letter.id, 999])

    assert dead_letters.parked().count() == 1
    assert ProductSales.objects.count() == 0


def test_a_number_given_twice_is_retried_once() -> None:
    letter = parked(body_of(an_order()))

    assert dead_letters.retry([letter.id, letter.id]) == {letter.id: None}


def test_retry_works_once_the_cause_is_gone() -> None:
    forbid("total_revenue < 10")
    body = body_of(an_order())
    letter = parked(body)

    [reason] = dead_letters.retry([letter.id]).values()
    letter.refresh_from_db()
    assert reason == letter.reason
    assert "IntegrityError" in letter.reason
    assert (letter.attempts, letter.settled_at) == (2, None)
    with connections["read"].cursor() as cursor:
        cursor.execute("ALTER TABLE product_sales_view DROP CONSTRAINT forbidden")

    assert dead_letters.retry([letter.id]) == {letter.id: None}


def forbid(check: str) -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE product_sales_view ADD CONSTRAINT forbidden CHECK ({check})"
        )


def test_discard_keeps_the_message_and_the_reason_for_the_record() -> None:
    letter = parked(b"x")

    dead_letters.discard([letter.id], reason="sent by a test shop")

    letter.refresh_from_db()
    assert letter.settlement == "discarded"
    assert letter.reason.endswith("[discarded: sent by a test shop]")
    assert dead_letters.parked().count() == 0


def test_discard_settles_all_or_none() -> None:
    letter = parked(b"x")

    with pytest.raises(NotParked, match="no message 0 is parked"):
        dead_letters.discard([letter.id, 0], reason="a test")

    assert dead_letters.parked().count() == 1


def test_the_command_lists_what_is_parked_with_its_reason() -> None:
    assert command("list") == "Nothing is parked.\n"
    letter = parked(b"[bold]x")

    listed = command("list")

    assert str(letter.id) in listed
    assert "the sum" in listed
    dead_letters.discard([letter.id], reason="a test")
    assert command("list") == "Nothing is parked.\n"
    assert "discarded" in command("list", "--all")


def test_the_list_in_a_file_is_wide_enough_for_its_columns() -> None:
    parked(body_of(an_order()))

    printed = command("list")

    assert "OrderCreated" in printed
    assert "InconsistentEvent: the sum is wrong" in printed


def test_the_command_shows_one_message_readably() -> None:
    letter = parked(body_of(an_order()))

    shown = command("show", str(letter.id))

    assert letter.fingerprint in shown
    assert '"customerId": 2' in shown
    assert json.loads(bytes(letter.body))["type"] == "OrderCreated"


def test_the_command_shows_bytes_that_are_no_text() -> None:
    letter = parked(b"\xff[/bold] { not JSON")

    assert "\\xff[/bold] { not JSON" in command("show", str(letter.id))


def test_the_command_retries_and_discards() -> None:
    good, bad = parked(body_of(an_order())), parked(b"{")

    assert command("retry", str(good.id)) == f"{good.id}: applied\n"
    with pytest.raises(CommandError, match="1 of 1 could not be applied"):
        command("retry", str(bad.id))
    assert command("discard", str(bad.id), "--reason", "a test") == "1 discarded\n"
    with pytest.raises(CommandError, match=f"no message {bad.id} is parked"):
        command("retry", str(bad.id))


def test_discarding_without_a_reason_is_refused() -> None:
    with pytest.raises(CommandError, match="--reason"):
        command("discard", "1")
