"""Messages are parked once with a reason; the command shows and settles them."""

import hashlib
import json
import re

import pytest
from django.core.management import CommandError

from projections_app import dead_letters
from projections_app.models import DeadLetter, DeliveryAttempt
from tests.messaging.builders import an_order, body_of
from tests.projections_app.letters import REASON, command, parked


def test_a_message_is_parked_once_until_it_is_settled() -> None:
    body = body_of(an_order())
    first = parked(body)
    dead_letters.park(body, REASON)
    assert DeadLetter.objects.count() == 1

    dead_letters.discard([first.id], by="ann", reason="a test")
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


def test_the_command_lists_what_is_parked_with_its_reason() -> None:
    assert command("list") == "Nothing is parked.\n"
    letter = parked(b"[bold]x")

    listed = command("list")

    assert str(letter.id) in listed
    assert "the sum" in listed
    dead_letters.discard([letter.id], by="ann", reason="a test")
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


def test_the_command_shows_what_was_done_with_a_message() -> None:
    letter = parked(b"{")
    with pytest.raises(CommandError, match="could not be applied"):
        command("retry", str(letter.id), "--by", "ann")
    command("discard", str(letter.id), "--by", "bob", "--reason", "[red]a test")

    shown = command("show", str(letter.id))

    assert re.search(r"ann +retry +failed +DecodeError", shown)
    assert re.search(r"bob +discard +discarded +\[red\]a test", shown)


def test_the_command_shows_bytes_that_are_no_text() -> None:
    letter = parked(b"\xff[/bold] { not JSON")

    assert "\\xff[/bold] { not JSON" in command("show", str(letter.id))


def test_what_a_terminal_would_obey_is_shown_as_text() -> None:
    error = ValueError("\x1b[mred\u202e")
    dead_letters.park(b"\x1b[2J", error, event_type="\x1b]0;x")
    letter = DeadLetter.objects.get()

    for shown in command("show", str(letter.id)), command("list", "--groups"):
        assert "\x1b" not in shown
        assert "\\u001b[mred\\u202e" in shown


@pytest.mark.parametrize("hidden", [False, True])
def test_the_error_before_is_told_unless_it_was_hidden(*, hidden: bool) -> None:
    error = ValueError("then")
    error.__context__, error.__suppress_context__ = KeyError("first"), hidden

    dead_letters.park(b"{", error)

    told = DeadLetter.objects.get().traceback
    assert ("KeyError: 'first'" in told) is not hidden
    assert told.endswith("ValueError: then\n")


def test_the_command_retries_and_discards() -> None:
    good, bad = parked(body_of(an_order())), parked(b"{")

    assert command("retry", str(good.id)) == f"{good.id}: applied\n1 applied\n"
    with pytest.raises(CommandError, match="1 of 1 could not be applied"):
        command("retry", str(bad.id))
    assert command("discard", str(bad.id), "--reason", "a test") == "1 discarded\n"
    with pytest.raises(CommandError, match=f"no message {bad.id} is parked"):
        command("retry", str(bad.id))


def test_discarding_without_a_reason_is_refused_unless_it_is_only_tried() -> None:
    letter = parked(b"{")

    with pytest.raises(CommandError, match="--reason"):
        command("discard", str(letter.id))
    assert "1 would be discarded" in command("discard", str(letter.id), "--dry-run")
