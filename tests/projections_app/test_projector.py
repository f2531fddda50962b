"""A batch is one transaction; poison is found by bisection; errors have an owner."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connections

from messaging.envelope import new_event_id
from messaging.errors import DecodeError, UnknownEvent
from projections_app import projector
from projections_app.errors import InconsistentEvent, TooSlow, Transient
from projections_app.models import (
    DeliveryAttempt,
    HourlySales,
    ProcessedEvent,
    ProductCatalog,
    ProductSales,
    SalesLedger,
    SyncState,
)
from tests.messaging.builders import PLACED_AT, an_order, body_of
from tests.projections_app.histories import Shop, bodies
from tests.projections_app.messages import POISON, a_watermark

SLOW_ROWS = """
    CREATE FUNCTION be_slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;
    CREATE TRIGGER slow BEFORE INSERT ON sales_ledger
        FOR EACH ROW EXECUTE FUNCTION be_slow()
"""


def rows(model: type[ProductSales]) -> list[tuple[object, ...]]:
    """Without the texts, in which a product's categories stand."""
    names = [each.name for each in model._meta.fields if each.name != "pk"]
    numbers = [name for name in names if not name.endswith("_category")]
    return list(model.objects.order_by("pk").values_list(*numbers))


@pytest.mark.parametrize("poison", POISON.values(), ids=POISON)
def test_poison_is_returned_and_all_others_are_applied(poison: bytes) -> None:
    good = [body_of(an_order(order_id=10 + n)) for n in range(9)]

    [failure] = projector.apply([*good[:4], poison, *good[4:]])

    assert failure.position == 4
    assert rows(ProductSales) == [(7, 18, Decimal("539.82"), 9)]
    assert ProcessedEvent.objects.count() == 9


def test_much_poison_is_returned_each_with_its_own_error() -> None:
    good = [body_of(an_order(order_id=10 + n)) for n in range(len(POISON))]
    mixed = [body for pair in zip(POISON.values(), good, strict=True) for body in pair]

    failures = projector.apply(mixed)

    assert sorted(each.position for each in failures) == list(range(0, len(mixed), 2))
    assert ProcessedEvent.objects.count() == len(good)


def test_an_error_says_what_is_wrong_with_the_event() -> None:
    [teleported] = projector.apply([POISON["unknown type"]])
    [broken] = projector.apply([POISON["broken JSON"]])
    [total] = projector.apply([POISON["a total of something else"]])

    assert isinstance(teleported.error, UnknownEvent)
    assert "OrderTeleported" in str(teleported.error)
    assert isinstance(broken.error, DecodeError)
    assert isinstance(total.error, InconsistentEvent)
    assert str(total.error) == "the lines make 59.98, the total is 59.97"


def test_an_order_with_two_lines_of_one_product_counts_once() -> None:
    order = an_order()
    second = type(order.lines[0])(
        line_no=2, product_id=7, name="Mouse", category="Electronics", quantity=1,
        unit_price=Decimal("29.99"), discount=Decimal("9.99"),
    )  # fmt: skip

    projector.apply(
        [body_of(an_order(lines=(order.lines[0], second), total=Decimal("79.98")))]
    )

    assert rows(ProductSales) == [(7, 3, Decimal("79.98"), 1)]
    assert rows(HourlySales) == [
        (PLACED_AT.replace(minute=0), 1, Decimal("79.98")),
    ]


def test_an_event_is_counted_once_even_after_its_processed_row_was_pruned() -> None:
    body = body_of(an_order())
    projector.apply([body, body])
    ProcessedEvent.objects.all().delete()

    projector.apply([body, body_of(an_order(order_id=2))])

    assert rows(ProductSales) == [(7, 4, Decimal("119.96"), 2)]
    assert SalesLedger.objects.count() == 2


def test_the_watermark_and_the_newest_event_move_forward_only() -> None:
    def at(minutes: int) -> bytes:
        return a_watermark(PLACED_AT + timedelta(minutes=minutes))

    late = body_of(an_order(), time=PLACED_AT + timedelta(hours=1))
    projector.apply([at(5), late, at(3)])
    projector.apply([at(4), body_of(an_order(order_id=2))])

    state = SyncState.objects.get()
    assert state.id == 1
    assert state.watermark == PLACED_AT + timedelta(minutes=5)
    assert state.last_event_at == PLACED_AT + timedelta(hours=1)
    assert ProcessedEvent.objects.count() == 2


def test_a_watermark_of_before_the_clock_was_set_back_gives_way() -> None:
    now = datetime.now(UTC)
    projector.apply([a_watermark(now + timedelta(hours=2))])

    projector.apply([a_watermark(now)])

    assert SyncState.objects.get().watermark == now


def test_a_watermark_alone_tells_no_time_of_an_event() -> None:
    projector.apply([a_watermark(PLACED_AT)])

    assert SyncState.objects.get().last_event_at is None


def test_the_newest_version_of_a_product_wins_within_a_batch_and_after_it() -> None:
    history = Shop(Random(1))
    first = history.create_product()
    second, third = history.update_product(), history.update_product()

    projector.apply([body_of(second), body_of(third), body_of(first)])
    projector.apply([body_of(second)])

    assert ProductCatalog.objects.get().version == 3
    assert ProductCatalog.objects.get().price == third.price


def test_attempts_are_cleared_with_the_event_that_was_applied() -> None:
    event_id = new_event_id()
    for fingerprint in (str(event_id), "another"):
        DeliveryAttempt.objects.create(fingerprint=fingerprint, attempts=3)

    projector.apply([body_of(an_order(), id=event_id)])

    assert [each.fingerprint for each in DeliveryAttempt.objects.all()] == ["another"]


def test_a_fault_of_the_database_parks_nothing() -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute("ALTER TABLE product_sales_view RENAME TO elsewhere")

    with pytest.raises(Transient, match="product_sales_view"):
        projector.apply([body_of(an_order())])

    assert ProcessedEvent.objects.count() == 0


def test_which_events_were_applied_is_told_in_one_question() -> None:
    known, unknown = new_event_id(), new_event_id()
    projector.apply([body_of(an_order(), id=known)])

    assert projector.applied([known, unknown, None]) == {str(known)}


def test_a_line_says_when_its_event_was_recorded() -> None:
    recorded = PLACED_AT + timedelta(days=1)

    projector.apply([body_of(an_order(), time=recorded)])

    [line] = SalesLedger.objects.all()
    assert (line.occurred_at, line.recorded_at) == (PLACED_AT, recorded)


def test_a_large_batch_is_one_transaction_of_a_fixed_number_of_statements(
    django_assert_num_queries: object,
) -> None:
    history = Shop(Random(2)).history(products=5, orders=50)

    with django_assert_num_queries(16, connection=connections["read"]):  # type: ignore[operator]
        projector.apply(bodies(history))


def test_a_batch_too_large_for_the_time_of_a_statement_is_applied_in_parts() -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(SLOW_ROWS)
        cursor.execute("SET LOCAL statement_timeout = '150ms'")

    assert projector.apply([body_of(an_order(order_id=n)) for n in range(1, 9)]) == []

    assert SalesLedger.objects.count() == 8


def test_an_event_too_slow_by_itself_is_kept_for_another_try() -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(SLOW_ROWS)
        cursor.execute("SET LOCAL statement_timeout = '10ms'")

    with pytest.raises(TooSlow):
        projector.apply([body_of(an_order())])
