"""Parked messages are settled once: applied after all, or given up with a reason."""

import os
import signal
import time
from threading import Event, Timer

import pytest
from django.core.management import CommandError
from django.db import DatabaseError, connections, transaction

from projections_app import dead_letters
from projections_app.errors import NoReason
from projections_app.models import (
    DeadLetter,
    DeadLetterAction,
    ProcessedEvent,
    ProductSales,
)
from tests.projections_app.letters import an_event, command, parked, still_parked

APPLIED, FAILED = DeadLetterAction.Outcome.APPLIED, DeadLetterAction.Outcome.FAILED


def retry(*ids: int, by: str = "ann", dry_run: bool = False) -> list[object]:
    """What came of each."""
    return [each.result for each in dead_letters.retry(ids, by=by, dry_run=dry_run)]


def written_down() -> list[tuple[object, ...]]:
    rows = DeadLetterAction.objects.order_by("id")
    return list(rows.values_list("actor", "action", "letter_id", "outcome"))


def forbid(check: str) -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(
            f"ALTER TABLE product_sales_view ADD CONSTRAINT forbidden CHECK ({check})"
        )


def allow() -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute("ALTER TABLE product_sales_view DROP CONSTRAINT forbidden")


def test_retry_applies_the_event_once_and_settles_it() -> None:
    letter = an_event(1)

    assert retry(letter.id, letter.id) == [APPLIED, None]

    letter.refresh_from_db()
    assert letter.settlement == "retried"
    assert letter.settled_at is not None
    assert ProductSales.objects.get().order_count == 1
    assert written_down() == [("ann", "retry", letter.id, "applied")]


def test_a_retry_that_fails_is_written_down_with_its_reason_and_works_later() -> None:
    forbid("total_revenue < 10")
    letter = an_event(1)

    [outcome] = dead_letters.retry([letter.id], by="ann")

    letter.refresh_from_db()
    assert outcome.reason == letter.reason == DeadLetterAction.objects.get().reason
    assert "IntegrityError" in letter.reason
    assert '"forbidden"' in letter.cause
    assert (letter.attempts, letter.settled_at) == (2, None)
    allow()
    assert retry(letter.id, by="bob") == [APPLIED]
    assert written_down() == [
        ("ann", "retry", letter.id, "failed"),
        ("bob", "retry", letter.id, "applied"),
    ]


def test_what_is_parked_after_the_command_began_is_left_alone() -> None:
    an_event(1)
    an_event(2)
    ids = dead_letters.fixed(dead_letters.parked())
    outcomes = dead_letters.retry(ids, by="ann")
    next(outcomes)
    late = an_event(3)

    assert [each.result for each in outcomes] == [APPLIED]
    assert still_parked() == [late.id]


def test_what_another_settles_meanwhile_is_left_as_it_is() -> None:
    first, second = an_event(1), an_event(2)
    outcomes = dead_letters.retry([first.id, second.id], by="ann")
    next(outcomes)
    dead_letters.discard([second.id], by="bob", reason="a test")

    assert next(outcomes).result is None

    second.refresh_from_db()
    assert second.settlement == "discarded"


def test_the_command_retries_a_group_in_the_order_of_its_events() -> None:
    letters = [an_event(number) for number in (3, 1, 2)]
    other = parked(b"{", ValueError("another cause"))
    [group, _] = dead_letters.groups(dead_letters.parked())

    assert command("retry", "--group", group.key, "--by", "ann") == "3 applied\n"

    third, first, second = (letter.id for letter in letters)
    assert [row[2] for row in written_down()] == [first, second, third]
    assert still_parked() == [other.id]


def test_the_command_fails_when_some_fail_again_and_tries_all() -> None:
    poison, good = parked(b"{"), an_event(1)

    with pytest.raises(CommandError, match="1 of 2 could not be applied"):
        command("retry", "--all")

    assert still_parked() == [poison.id]
    assert {row[2:] for row in written_down()} == {
        (poison.id, "failed"),
        (good.id, "applied"),
    }


def test_a_dry_run_tells_what_would_come_of_it_and_changes_nothing() -> None:
    poison, good = parked(b"{"), an_event(1)
    before = list(DeadLetter.objects.order_by("id").values())

    assert retry(poison.id, good.id, dry_run=True) == [FAILED, APPLIED]
    with pytest.raises(CommandError, match="1 of 2 could not be applied"):
        command("retry", "--all", "--dry-run")
    printed = command("retry", str(good.id), "--dry-run")
    discarding = command("discard", "--all", "--dry-run", "--reason", "a test")

    assert printed.endswith("1 would be applied; nothing was changed\n")
    assert discarding.endswith("2 would be discarded; nothing was changed\n")
    assert list(DeadLetter.objects.order_by("id").values()) == before
    for model in DeadLetterAction, ProcessedEvent, ProductSales:
        assert not model.objects.exists()


def test_a_rate_is_kept_and_missed_time_is_not_made_up_for() -> None:
    began, taken = time.monotonic(), []
    for number in dead_letters.paced(range(4), rate=20, stop=Event()):
        taken.append(time.monotonic() - began)
        if number == 0:
            time.sleep(0.2)

    assert taken[1] >= 0.2
    assert taken[2] - taken[1] >= 0.045
    assert taken[3] - taken[2] >= 0.045


def test_ctrl_c_finishes_the_message_in_hand_and_leaves_the_others_parked() -> None:
    letters = [an_event(number) for number in range(1, 4)]
    Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()

    with pytest.raises(CommandError, match="interrupted") as ended:
        command("retry", "--all", "--rate", "0.1", "--by", "ann")

    assert ended.value.returncode == 130
    applied, *left = [letter.id for letter in letters]
    assert still_parked() == left
    assert written_down() == [("ann", "retry", applied, "applied")]
    assert ProductSales.objects.get().order_count == 1


@pytest.mark.parametrize("table", ["dead_letters", "dead_letter_actions"])
def test_a_retry_that_breaks_off_has_done_nothing(table: str) -> None:
    """The event, its settlement and the record are one transaction."""
    letter = an_event(1)
    with connections["read"].cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION broken() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'out of order'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER broken BEFORE INSERT OR UPDATE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION broken()"
        )

    with pytest.raises(Exception, match="out of order"):
        retry(letter.id)

    assert still_parked() == [letter.id]
    assert written_down() == []
    assert not ProcessedEvent.objects.exists()
    assert not ProductSales.objects.exists()


def test_discard_keeps_the_message_and_the_reason_for_the_record() -> None:
    letter = parked(b"x")

    assert dead_letters.discard([letter.id], by="ann", reason="sent by a test") == 1

    letter.refresh_from_db()
    assert letter.settlement == "discarded"
    assert letter.reason == "InconsistentEvent: the sum is wrong"
    assert written_down() == [("ann", "discard", letter.id, "discarded")]
    assert DeadLetterAction.objects.get().reason == "sent by a test"
    assert dead_letters.discard([letter.id], by="bob", reason="a test") == 0


@pytest.mark.parametrize("reason", ["", " \n"])
def test_nothing_is_discarded_without_a_reason(reason: str) -> None:
    letter = parked(b"x")

    with pytest.raises(NoReason):
        dead_letters.discard([letter.id], by="ann", reason=reason)
    with pytest.raises(CommandError, match="the reason is kept"):
        command("discard", "--all", "--reason", reason)
    assert still_parked() == [letter.id]


def test_discard_takes_more_than_a_transaction_of_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("projections_app.dead_letters.settling.DISCARD_BATCH", 2)
    ids = [an_event(number).id for number in range(5)]

    assert dead_letters.discard(ids, by="ann", reason="a test") == 5
    assert [row[2] for row in written_down()] == ids


@pytest.mark.parametrize(
    "change",
    ["UPDATE dead_letter_actions SET actor = 'bob'", "DELETE FROM dead_letter_actions"],
)
def test_the_record_can_only_be_added_to(change: str) -> None:
    dead_letters.discard([parked(b"x").id], by="ann", reason="a test")

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(using="read"),
        connections["read"].cursor() as cursor,
    ):
        cursor.execute(change)
    assert DeadLetterAction.objects.get().actor == "ann"
