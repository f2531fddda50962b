"""What came from outside is shown as text, whatever it contains."""

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics_project.admin import rendering
from commands_app.models import OutboxEvent, Product
from projections_app import dead_letters
from projections_app.models import DeadLetter
from tests.analytics_project.admin_pages import list_of, page_of, staff
from tests.commands_app.builders import product
from tests.messaging.builders import an_order, body_of

HOSTILE = "</script></pre><img src=x onerror=alert(1)>"


def shown(address: str, client: Client) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_hostile_message_is_shown_as_text_in_list_and_page() -> None:
    boss = staff(superuser=True)
    body = body_of(an_order(), type=HOSTILE)
    dead_letters.park(body, ValueError(HOSTILE))
    letter = DeadLetter.objects.get()

    for address in list_of(DeadLetter), page_of(letter):
        page = shown(address, boss)
        assert "<img" not in page.replace('<img src="/static/', "")
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_a_hostile_name_is_shown_as_text_on_both_sides_of_the_outbox() -> None:
    boss = staff(superuser=True)
    made = product(name=HOSTILE)

    for address in (
        list_of(Product),
        page_of(Product.objects.get(pk=made)),
        page_of(OutboxEvent.objects.get()),
    ):
        page = shown(address, boss)
        assert "<img" not in page.replace('<img src="/static/', "")
        assert "&lt;img src=x onerror=alert(1)&gt;" in page


def test_json_is_indented_and_its_numbers_are_left_as_they_were_written() -> None:
    assert "{\n  &quot;price&quot;: 1.10\n}" in rendering.payload(b'{"price":1.10}')


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\xff\xfe\x00", "ff fe 00"),
        (b"{broken", "{broken"),
        (b"[" * 100_000, "80,000 more characters"),
        (b'"' + b"x" * 100_000 + b'"', "80,002 more characters"),
        ("\u202egnp.exe".encode(), "\\u202egnp.exe"),
        (b"a\0b", "a\\u0000b"),
        (b"", "<pre"),
    ],
)
def test_a_payload_that_is_no_json_is_still_shown(body: bytes, text: str) -> None:
    assert text in rendering.payload(body)


def test_a_list_reads_no_payload() -> None:
    boss = staff(superuser=True)
    product()

    with CaptureQueriesContext(connections["default"]) as queries:
        shown(list_of(OutboxEvent), boss)

    assert not [sql for sql in queries if '"payload"' in sql["sql"]]


def test_times_are_shown_to_the_second() -> None:
    boss = staff(superuser=True)
    product()
    created = OutboxEvent.objects.get().created_at

    assert f"{created:%Y-%m-%d %H:%M:%S}" in shown(
        page_of(OutboxEvent.objects.get()), boss
    )
