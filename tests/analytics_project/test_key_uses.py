"""When a key was last used: behind the request, and seldom."""

from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from analytics_project.keys import uses
from analytics_project.models import ApiKeyUse

# The writer has a thread and a connection of its own, so its rows are committed.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@pytest.fixture(autouse=True)
def _nothing_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uses, "_noted", {})


def all_written() -> None:
    uses._writer.submit(lambda: None).result()


def noted(key_id: str) -> None:
    uses.note(key_id)
    all_written()


def earlier(database: str, by: timedelta) -> None:
    rows = ApiKeyUse.objects.using(database)
    rows.update(last_used_at=F("last_used_at") - by)


def test_a_use_is_noted_without_a_statement_on_the_connection_of_the_request() -> None:
    with CaptureQueriesContext(connections["default"]) as captured:
        noted("a")

    assert captured.captured_queries == []
    assert "a" in uses.last_uses()


def test_a_process_notes_a_key_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    noted("a")
    ApiKeyUse.objects.all().delete()

    noted("a")
    assert uses.last_uses() == {}
    monkeypatch.setattr(uses, "MINUTE_S", 0)
    noted("a")
    assert uses.last_uses().keys() == {"a"}


def test_of_many_processes_one_writes_in_a_minute() -> None:
    uses._writer.submit(uses.write, "a").result()
    earlier("default", timedelta(seconds=50))
    before = uses.last_uses()["a"]
    uses._writer.submit(uses.write, "a").result()
    assert uses.last_uses()["a"] == before

    earlier("default", timedelta(seconds=11))
    uses._writer.submit(uses.write, "a").result()
    assert uses.last_uses()["a"] > before


def test_the_later_of_what_both_roles_saw_is_told() -> None:
    uses._writer.submit(uses.write, "a").result()
    seen = uses.last_uses()["a"]
    later = seen + timedelta(minutes=5)

    ApiKeyUse.objects.using("read").create(key_id="a", last_used_at=later)
    assert uses.last_uses() == {"a": later}
    earlier("read", timedelta(hours=1))
    assert uses.last_uses() == {"a": seen}


def test_a_database_that_refuses_is_no_reason_to_fail(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("ALTER TABLE api_key_uses RENAME TO elsewhere")
    try:
        noted("a")
    finally:
        with connections["default"].cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO api_key_uses")

    assert "the use of a key was not noted" in caplog.text
