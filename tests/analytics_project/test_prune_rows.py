"""Old bookkeeping goes, a few pages at a time; what somebody needs stays."""

from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from analytics_project.retention import rows
from commands_app.idempotency import fingerprint
from commands_app.models import IdempotencyKey
from projections_app.models import DeadLetter, DeliveryAttempt, ProcessedEvent

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])
OLD = timezone.now() - timedelta(days=100)
MANY = 3_000  # rows: some pages


@pytest.fixture(autouse=True)
def no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rows, "PAGES", 4)
    monkeypatch.setattr(rows, "REST", 0)


def prune(*arguments: str) -> str:
    out = StringIO()
    call_command("prune", *arguments, stdout=out)
    return out.getvalue()


def keys(*ages: Any) -> None:
    asked = fingerprint("POST", "/", b"")
    IdempotencyKey.objects.bulk_create(
        IdempotencyKey(
            key=str(uuid4()), fingerprint=asked, status=201, body=b"{}", created_at=at
        )
        for at in ages
    )


def a_letter(**fields: Any) -> DeadLetter:
    return DeadLetter.objects.create(
        fingerprint=str(uuid4()), reason="planted", body=b"", parked_at=OLD, **fields
    )


def test_old_keys_are_forgotten_and_young_ones_kept() -> None:
    keys(*[OLD] * MANY, *[timezone.now()] * 2)

    told = prune("idempotency_keys")

    assert "3,002  3,000" in " ".join(told.split()).replace(" ", "  ")
    assert IdempotencyKey.objects.count() == 2


def test_the_ids_of_applied_events_go_but_for_those_of_parked_ones() -> None:
    kept = ProcessedEvent.objects.create(event_id=uuid4(), processed_at=OLD)
    gone = ProcessedEvent.objects.create(event_id=uuid4(), processed_at=OLD)
    a_letter(event_id=kept.event_id)
    a_letter(event_id=gone.event_id, settled_at=OLD, settlement="retried")

    told = prune("processed_events")

    assert "1 parked" in told
    assert [each.event_id for each in ProcessedEvent.objects.all()] == [kept.event_id]


def test_only_letters_that_a_retry_has_settled_long_ago_go() -> None:
    now = timezone.now()
    kept = [
        a_letter(),
        a_letter(settled_at=OLD, settlement="discarded"),
        a_letter(settled_at=now, settlement="retried"),
    ]
    a_letter(settled_at=OLD, settlement="retried")

    prune("dead_letters")

    left = DeadLetter.objects.order_by("id").values_list("id", flat=True)
    assert [*left] == [each.id for each in kept]


def test_attempts_that_are_not_made_any_more_are_forgotten() -> None:
    DeliveryAttempt.objects.create(fingerprint="old", attempts=2, last_at=OLD)
    DeliveryAttempt.objects.create(fingerprint="new", attempts=2)

    prune()  # all tables

    assert [each.fingerprint for each in DeliveryAttempt.objects.all()] == ["new"]


def test_a_dry_run_tells_and_deletes_nothing() -> None:
    keys(OLD)

    assert "nothing was changed" in prune("--dry-run")
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["ledger"], "no table ledger; there are outbox, idempotency_keys"),
        (["--older-than", "7"], "a number and d, h, m or s"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        prune(*arguments)
