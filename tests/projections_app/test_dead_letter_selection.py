"""Which parked messages are meant: by number, group or filter, as of now."""

from datetime import timedelta

import pytest
from django.core.management import CommandError
from django.utils import timezone

from projections_app import dead_letters
from projections_app.errors import (
    DeadLettered,
    InconsistentEvent,
    KilledProcess,
    NotParked,
)
from projections_app.models import DeadLetter
from tests.messaging.builders import an_order, body_of
from tests.projections_app.letters import an_event, command, parked, still_parked


@pytest.mark.parametrize(
    ("reasons", "cause"),
    [
        (["line 3 is negative", "line 12 is negative"], "line # is negative"),
        (["1.50 is no money", "-7 is no money", "1E+99 is no money"], "# is no money"),
        (
            ["the lines make 5.00, the total is 6.00"],
            "the lines make #, the total is #",
        ),
        (["JSON: can't take 'a' or 'b c'"], "JSON: can't take '*' or '*'"),
        (['bad integer: "x1"', 'bad integer: "-"'], 'bad integer: "*"'),
        (
            ['relation "sales" violates constraint "c1", not "x"'],
            'relation "sales" violates constraint "c1", not "*"',
        ),
        (["event 018f3b2c-7b1e-7abc-8def-0123456789ab is old"], "event # is old"),
        (["byte 0xff at 2026-05-03T14:00"], "byte # at #"),
        (["hash 9f86d081884c7d659a2feaa0c55ad015"], "hash #"),
        (
            ["Expected `int`, got `str` - at `$.lines[3].quantity`"],
            "Expected `int`, got `str` - at `$.lines[#].quantity`",
        ),
        (
            ["no event OrderTeleported of version 2"],
            "no event OrderTeleported of version #",
        ),
    ],
)
def test_a_cause_is_the_reason_without_its_values(
    reasons: list[str], cause: str
) -> None:
    for number, reason in enumerate(reasons):
        an_event(number, InconsistentEvent(reason))

    [group] = dead_letters.groups(dead_letters.parked())

    assert group.cause == f"InconsistentEvent: {cause}"
    assert group.size == len(reasons)


def test_groups_differ_by_type_and_cause_and_the_largest_comes_first() -> None:
    parked(b"{")
    for number in 1, 2:
        an_event(number)
    parked(body_of(an_order(), type="OrderTeleported"))
    an_event(4, KilledProcess())

    groups = dead_letters.groups(dead_letters.parked())

    assert [(each.size, each.event_type) for each in groups] == [
        (3, "OrderCreated"),
        (1, "OrderCreated"),
        (1, "OrderTeleported"),
    ]
    assert len({each.key for each in groups}) == 3


def test_the_command_lists_groups_and_what_fits_a_filter() -> None:
    an_event(1)
    an_event(2, KilledProcess())

    listed = command("list", "--groups")

    for group in dead_letters.groups(dead_letters.parked()):
        assert group.key in listed
        assert group.cause.partition(":")[0] in listed
    assert "KilledProcess" not in command("list", "--error", "SUM IS")


def test_a_filter_takes_what_fits_all_of_it() -> None:
    old, other, new = an_event(1), an_event(2, DeadLettered()), an_event(3)
    poison = parked(body_of(an_order(), type="Odd"))
    hour_ago = timezone.now() - timedelta(hours=1)
    DeadLetter.objects.filter(id=old.id).update(parked_at=hour_ago)
    [group] = dead_letters.groups(DeadLetter.objects.filter(id=old.id))

    def found(**wanted: object) -> list[int]:
        filter_ = dead_letters.Filter(**wanted)  # type: ignore[arg-type]
        return dead_letters.fixed(filter_(dead_letters.parked()))

    assert found() == [old.id, other.id, new.id, poison.id]
    assert found(type="Odd") == [poison.id]
    assert found(error="the SUM") == [old.id, new.id, poison.id]
    assert found(group=group.key) == [old.id, new.id]
    assert found(group=group.key, before=timezone.now() - timedelta(minutes=1)) == [
        old.id
    ]
    assert found(group="00000000") == []


def test_events_are_taken_in_their_order_and_the_rest_comes_last() -> None:
    garbage = parked(b"{")
    third, first, second = an_event(3), an_event(1), an_event(2)

    ordered = [first.id, second.id, third.id, garbage.id]
    assert dead_letters.fixed(dead_letters.parked()) == ordered
    assert dead_letters.numbered([garbage.id, second.id, first.id, first.id]) == [
        first.id,
        second.id,
        garbage.id,
    ]


def test_a_number_that_is_not_parked_is_told_before_anything_is_done() -> None:
    letter = an_event(1)

    with pytest.raises(NotParked, match="no message 999 is parked"):
        dead_letters.numbered([letter.id, 999])
    for action in ["retry"], ["discard", "--reason", "a test"]:
        with pytest.raises(CommandError, match="no message 999 is parked"):
            command(*action, str(letter.id), "999")
    assert still_parked() == [letter.id]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["1", "--all"],
        ["--all", "--type", "OrderCreated"],
        ["1", "--error", "sum"],
        ["--error", ""],
        ["--before", "yesterday"],
        ["--all", "--rate", "0"],
        ["--all", "--rate", "nan"],
    ],
)
def test_an_unclear_selection_is_refused(arguments: list[str]) -> None:
    letter = an_event(1)

    with pytest.raises(CommandError):
        command("retry", *arguments)
    assert still_parked() == [letter.id]


def test_a_time_without_a_zone_is_utc() -> None:
    letter = an_event(1)
    DeadLetter.objects.update(parked_at="2026-05-03T14:00Z")

    command("discard", "--before", "2026-05-03T14:00", "--reason", "a test")
    assert still_parked() == [letter.id]
    command("discard", "--before", "2026-05-03T16:01+02:00", "--reason", "a test")
    assert still_parked() == []
