"""Parked messages in the admin: a fixed set, a dry run, a reason for each discard."""

import re

import pytest
from django.test import Client

from projections_app import dead_letters
from projections_app.models import DeadLetter, DeadLetterAction, ProductSales
from tests.analytics_project.admin_pages import act, list_of, page_of, staff
from tests.messaging.builders import an_order, body_of

LIST = list_of(DeadLetter)


@pytest.fixture
def ann() -> Client:
    return staff("view_deadletter", "change_deadletter")


def parked(number: int, why: str = "the cause") -> DeadLetter:
    dead_letters.park(body_of(an_order(order_id=number)), ValueError(why))
    return DeadLetter.objects.latest("id")


def still_parked() -> set[int]:
    return set(dead_letters.parked().values_list("id", flat=True))


def hidden(page: str, name: str) -> str:
    [tag] = re.findall(f'<input[^>]*name="{name}"[^>]*>', page)
    [value] = re.findall('value="([^"]*)"', tag)
    return str(value)


def all_that_match(client: Client, action: str, page: str, query: str = "") -> str:
    """The click on "select all N" and "Go", on a list as it was shown."""
    sent = {
        "action": action,
        "select_across": "1",
        "up_to": hidden(page, "up_to"),
        "_selected_action": "1",
    }
    return client.post(LIST + query, sent, follow=True).content.decode()


def confirm(client: Client, page: str, reason: str, query: str = "") -> str:
    sent = {
        "action": "discard",
        "confirmed": "yes",
        "_selected_action": hidden(page, "_selected_action"),
        "ids": hidden(page, "ids"),
        "reason": reason,
    }
    return client.post(LIST + query, sent, follow=True).content.decode()


def test_what_came_after_the_list_was_shown_is_not_retried(ann: Client) -> None:
    parked(1)
    parked(2)
    page = ann.get(LIST).content.decode()
    late = parked(3)

    assert "2 applied" in all_that_match(ann, "retry", page)

    assert still_parked() == {late.pk}


def test_all_that_match_a_filter_are_retried_and_no_others(ann: Client) -> None:
    parked(1, "order 1 is wrong")
    parked(2, "order 2 is wrong")
    other = parked(3, "the disk is full")
    group = dead_letters.groups(dead_letters.parked())[0]
    query = f"?state=parked&group={group.key}"
    page = ann.get(LIST + query).content.decode()

    assert "2: OrderCreated, ValueError: order # is wrong" in page
    assert "2 applied" in all_that_match(ann, "retry", page, query)
    assert still_parked() == {other.pk}


def test_a_list_that_does_not_say_how_far_it_went_retries_nothing(ann: Client) -> None:
    letter = parked(1)

    assert "0 applied" in act(ann, "retry", letter, everything=True)
    assert still_parked() == {letter.pk}


def test_a_dry_run_says_what_would_be_applied_and_changes_nothing(ann: Client) -> None:
    letter = parked(1)

    page = act(ann, "dry_run", letter)

    assert "1 would be applied. Nothing was changed." in page
    assert still_parked() == {letter.pk}
    assert not ProductSales.objects.exists()
    assert not DeadLetterAction.objects.exists()


def test_more_than_a_click_takes_is_said(
    ann: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("analytics_project.admin.dead_letters.ACTION_LIMIT", 2)
    letters = [parked(number) for number in range(3)]

    page = act(ann, "retry", *letters)

    assert "2 applied" in page
    assert "the others stay parked" in page
    assert still_parked() == {letters[2].pk}


def test_discard_asks_for_a_reason_and_writes_it_down(ann: Client) -> None:
    letter = parked(1)
    asking = act(ann, "discard", letter)
    assert "Discard 1 parked messages" in asking
    assert still_parked() == {letter.pk}

    for nothing in "", "  ":
        assert "This field is required" in confirm(ann, asking, nothing)
        assert still_parked() == {letter.pk}

    assert "1 discarded." in confirm(ann, asking, "sent by a test shop")

    letter.refresh_from_db()
    action = DeadLetterAction.objects.get()
    assert letter.settlement == action.outcome == "discarded"
    assert (action.actor, action.reason) == ("ann", "sent by a test shop")
    assert not ProductSales.objects.exists()
    assert "sent by a test shop" in ann.get(page_of(letter)).content.decode()


def test_discard_takes_what_was_listed_whatever_comes_while_it_asks(
    ann: Client,
) -> None:
    listed = {parked(1).pk, parked(2).pk}
    page = ann.get(LIST).content.decode()
    before_the_click = parked(3)
    asking = all_that_match(ann, "discard", page)
    before_the_reason = parked(4)
    dead_letters.discard([min(listed)], by="bob", reason="known")

    page = confirm(ann, asking, "a test")

    assert "1 discarded. 1 had been settled meanwhile." in page
    assert still_parked() == {before_the_click.pk, before_the_reason.pk}


def test_what_came_from_outside_is_text_where_a_reason_is_asked_and_kept(
    ann: Client,
) -> None:
    hostile = "<img src=x onerror=alert()>\n2026-01-01 bob: forged"
    letter = parked(1, hostile)
    asking = act(ann, "discard", letter)
    confirm(ann, asking, hostile)
    boss = staff("view_deadletteraction", name="boss")
    action = DeadLetterAction.objects.get()

    for page in (
        asking,
        ann.get(page_of(letter)).content.decode(),
        boss.get(list_of(DeadLetterAction)).content.decode(),
        boss.get(page_of(action)).content.decode(),
    ):
        assert "&lt;img src=x onerror=alert()&gt;" in page
        assert "<img src=x" not in page
    history = ann.get(page_of(letter)).content.decode()
    assert re.search(r"ann: discard, discarded \(.* bob: forged\)</pre>", history)


@pytest.mark.parametrize("ids", ["", "x", "1,,2", "9" * 30, "1;2"])
def test_a_forged_set_is_refused(ann: Client, ids: str) -> None:
    letter = parked(1)
    sent = {
        "action": "discard",
        "confirmed": "yes",
        "_selected_action": str(letter.pk),
        "ids": ids,
        "reason": "forged",
    }

    assert ann.post(LIST, sent).status_code == 200
    assert still_parked() == {letter.pk}
