"""The outbox: what was committed is offered until it is marked, nothing else is."""

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import connection, transaction

from commands_app import outbox
from commands_app.models import OutboxEvent
from messaging import envelope
from messaging.events import ProductCreated

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def a_product(product_id: int = 1) -> ProductCreated:
    return ProductCreated(
        product_id=product_id,
        version=1,
        name="Mouse",
        category="Electronics",
        price=Decimal("29.99"),
    )


def append(count: int = 1) -> list[UUID]:
    events = {envelope.new_event_id(): a_product(n + 1) for n in range(count)}
    outbox.append(events)
    return list(events)


def test_a_pending_message_decodes_to_the_event_that_was_appended() -> None:
    with outbox.traced_by(f"{TRACE} vendor=1"):
        (event_id,) = append()

    (message,) = outbox.pending(10).messages
    received = envelope.decode(message.body)

    assert message[:3] == (event_id, "ProductCreated", "product-events")
    assert received.payload == a_product()
    assert received.envelope.id == event_id
    assert received.envelope.subject == "product/1"
    assert received.envelope.traceparent == TRACE
    assert received.envelope.tracestate == "vendor=1"
    assert received.envelope.tracestate == "vendor=1"


def test_the_oldest_come_first_and_no_more_than_asked_for() -> None:
    ids = append(5)

    assert [message.id for message in outbox.pending(3).messages] == ids[:3]


def test_a_marked_event_is_never_offered_again() -> None:
    ids = append(3)

    assert outbox.mark_published(ids[:2]) == 2
    assert outbox.mark_published(ids[:2]) == 0
    assert [message.id for message in outbox.pending(10).messages] == ids[2:]


def test_an_event_to_publish_again_is_offered_again() -> None:
    ids = append(2)
    outbox.mark_published(ids)

    assert outbox.publish_again(ids[:1]).size == 1
    assert [message.id for message in outbox.pending(10).messages] == ids[:1]


def test_history_tells_published_and_pending_events_in_order() -> None:
    ids = append(3)
    outbox.mark_published(ids[:2])

    told = [envelope.decode(body).envelope.id for body in outbox.history()]

    assert told == ids


def test_all_events_are_read_from_a_position_on_page_by_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "PAGE", 2)
    ids = append(5)

    entries = list(outbox.after(0))
    rest = outbox.after(entries[1][0])
    first_of_rest = next(rest)
    ids += append(1)  # while somebody reads

    assert [event_id(body) for _, body in entries] == ids[:5]
    assert [event_id(body) for _, body in (first_of_rest, *rest)] == ids[2:]
    assert outbox.recorded(after=entries[1][0]) == 4
    assert [event_id(body) for body in outbox.newest(2)] == [ids[5], ids[4]]


def event_id(body: bytes) -> UUID:
    return envelope.decode(body).envelope.id


def test_backlog_counts_the_pending_and_tells_the_age_of_the_oldest() -> None:
    assert outbox.backlog() == (0, None)

    append(3)
    OutboxEvent.objects.update(created_at=datetime.now(UTC) - timedelta(hours=1))
    size, age = outbox.backlog()

    assert size == 3
    assert age is not None
    assert age >= timedelta(minutes=59)


def test_the_watermark_of_pending_events_is_when_the_first_was_created() -> None:
    append(2)

    first = OutboxEvent.objects.order_by("id")[0]

    assert outbox.pending(1).watermark == first.created_at


@pytest.mark.django_db(transaction=True)
def test_the_watermark_never_passes_an_event_that_is_committed_later() -> None:
    append_done, commit = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            append()
            append_done.set()
            commit.wait(10)
        connection.close()

    writer = threading.Thread(target=slow_writer)
    writer.start()
    append_done.wait(10)
    empty = outbox.pending(10)
    before_commit = datetime.now(UTC)
    commit.set()
    writer.join()

    assert empty.messages == []
    assert empty.watermark <= before_commit
    assert len(outbox.pending(10).messages) == 1


def test_pending_reads_the_partial_index_only() -> None:
    outbox.mark_published(append(2000))
    append(10)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outbox")
        cursor.execute(f"EXPLAIN {outbox.PENDING}", [10])
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "outbox_0_id_idx" in plan  # the part of outbox_pending
