"""Ledger lines: the signs, the moments, and what contradicts itself."""

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from django.db import connections

from messaging.envelope import new_event_id
from messaging.events import OrderCancelled, OrderCreated, OrderRefunded
from projections_app import ledger
from projections_app.errors import InconsistentEvent
from projections_app.models import SalesLedger
from tests.messaging.builders import PLACED_AT, an_order
from tests.projections_app.messages import a_line

LATER = PLACED_AT + timedelta(days=40)


def a_cancellation(order: OrderCreated) -> OrderCancelled:
    return OrderCancelled(
        order_id=order.order_id,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        lines=order.lines,
        total=order.total,
        cancelled_at=LATER,
    )


def a_refund(order: OrderCreated) -> OrderRefunded:
    return OrderRefunded(
        order_id=order.order_id,
        customer_id=order.customer_id,
        placed_at=order.placed_at,
        lines=order.lines,
        total=order.total,
        refund_id=1,
        refunded_at=LATER,
        restocked=True,
    )


def priced(price: str) -> OrderCreated:
    """An order whose total is not that of its line."""
    [line] = an_order().lines
    return an_order(lines=(msgspec.structs.replace(line, unit_price=Decimal(price)),))


def figures(line: ledger.Line) -> tuple[object, ...]:
    return (line.kind, line.quantity, line.gross, line.discount, line.amount)


def test_a_sale_is_positive_and_its_reversals_are_negative() -> None:
    order = a_line(quantity=3, unit_price=Decimal("9.99"), discount=Decimal("0.97"))
    money = (Decimal("29.97"), Decimal("0.97"), Decimal("29.00"))
    negative = tuple(-amount for amount in money)

    [sale] = ledger.lines(new_event_id(), order)
    [cancellation] = ledger.lines(new_event_id(), a_cancellation(order))
    [refund] = ledger.lines(new_event_id(), a_refund(order))

    assert figures(sale) == ("sale", 3, *money)
    assert figures(cancellation) == ("cancellation", -3, *negative)
    assert figures(refund) == ("refund", -3, *negative)


def test_a_line_says_when_it_occurred_and_when_its_order_was_placed() -> None:
    order = an_order()

    [sale] = ledger.lines(new_event_id(), order)
    [cancellation] = ledger.lines(new_event_id(), a_cancellation(order))
    [refund] = ledger.lines(new_event_id(), a_refund(order))

    assert (sale.occurred_at, sale.order_placed_at) == (PLACED_AT, PLACED_AT)
    assert (refund.occurred_at, refund.order_placed_at) == (LATER, PLACED_AT)
    assert cancellation.occurred_at == LATER


def test_the_stored_line_is_the_line() -> None:
    event_id = new_event_id()
    [line] = ledger.lines(event_id, a_line(sku="M-7", name='Mäuse "gro\\ß"'))

    with connections["read"].cursor() as cursor:
        inserted = ledger.insert(cursor, [line])
        assert inserted is not None
        assert inserted.startswith("{")
        assert ledger.insert(cursor, [line]) is None

    fields = line.__struct_fields__
    [stored] = SalesLedger.objects.values_list(*fields)
    assert stored == tuple(getattr(line, name) for name in fields)


def test_lines_can_go_into_another_ledger() -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE shadow (LIKE sales_ledger INCLUDING ALL)")
        rows = ledger.lines(new_event_id(), an_order())

        assert ledger.insert(cursor, rows, ledger="shadow") is not None

    assert SalesLedger.objects.count() == 0


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (an_order(total=Decimal("59.97")), "the lines make 59.98, the total is 59.97"),
        (a_line(discount=Decimal("59.99")), "line 1 is negative"),
        (a_line(unit_price=Decimal("0.005")), "0.005 has fractions of a cent"),
        (a_line(unit_price=Decimal("NaN")), "NaN is no amount of money"),
        (priced("sNaN"), "sNaN is no amount of money"),
        (priced("9e999999"), r"9E\+999999 is no amount"),
        (an_order(total=Decimal("sNaN")), "the lines make 59.98, the total is sNaN"),
    ],
)
def test_an_event_that_contradicts_itself_is_refused(
    event: OrderCreated, message: str
) -> None:
    with pytest.raises(InconsistentEvent, match=message):
        ledger.lines(new_event_id(), event)
