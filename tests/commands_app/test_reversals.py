"""Refunds and cancellations: what they take back, and what they leave."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commands_app.cancellations import cancel_order
from commands_app.errors import AlreadyCancelled, Invalid, NothingLeft, UnknownOrder
from commands_app.models import (
    Order,
    OrderCancellation,
    Product,
    Refund,
    RefundLine,
)
from commands_app.refunds import NewRefund, Part, refund_order
from messaging.events import OrderCancelled, OrderEvent, OrderRefunded
from tests.commands_app.builders import events, line, place, product

ALL = NewRefund()


def part(line_no: int, quantity: int | None = None) -> NewRefund:
    return NewRefund(parts=[Part(line_no=line_no, quantity=quantity)])


def last_event() -> OrderEvent:
    event = events()[-1]
    assert isinstance(event, OrderEvent)
    return event


def stock_of(product_id: int) -> int | None:
    return Product.objects.get(pk=product_id).stock


def test_a_cancellation_takes_back_every_line_and_the_stock() -> None:
    mouse, mat = product(), product(name="Mat", stock=None)
    placed = place(line(mouse, 2), line(mat), line(mouse, 3), customer_id=7)

    receipt = cancel_order(placed.id, reason="changed my mind")

    assert receipt.id == placed.id
    assert stock_of(mouse) == 100
    assert Order.objects.get(pk=placed.id).status == "cancelled"
    stored = OrderCancellation.objects.get(order=placed.id)
    assert (stored.reason, stored.event_id) == ("changed my mind", receipt.event_id)
    created, told = events()[-2:]
    assert isinstance(created, OrderEvent)
    assert isinstance(told, OrderCancelled)
    assert told.lines == created.lines
    assert (told.total, told.customer_id) == (created.total, 7)
    assert told.cancelled_at == stored.cancelled_at


def test_an_order_is_cancelled_only_once() -> None:
    placed = place(line(product()))
    cancel_order(placed.id)

    with pytest.raises(AlreadyCancelled):
        cancel_order(placed.id)
    with pytest.raises(AlreadyCancelled):
        refund_order(placed.id, ALL)


def test_an_order_that_does_not_exist_cannot_be_taken_back() -> None:
    with pytest.raises(UnknownOrder):
        cancel_order(1)
    with pytest.raises(UnknownOrder):
        refund_order(1, ALL)


def test_a_refund_takes_back_pieces_and_leaves_the_stock_alone() -> None:
    mouse = product()
    placed = place(line(mouse, 5))

    receipt = refund_order(placed.id, part(1, 2))

    assert stock_of(mouse) == 95
    stored = Refund.objects.get(pk=receipt.id)
    assert (stored.order_id, stored.restocked) == (placed.id, False)
    assert RefundLine.objects.get(refund=stored).quantity == 2
    told = last_event()
    assert isinstance(told, OrderRefunded)
    assert (told.refund_id, told.total) == (receipt.id, Decimal("59.98"))
    assert told.lines[0].quantity == 2


def test_a_restocking_refund_returns_its_pieces_and_a_cancellation_the_rest() -> None:
    mouse = product()
    placed = place(line(mouse, 5))

    refund_order(
        placed.id, NewRefund(parts=[Part(line_no=1, quantity=2)], restock=True)
    )
    assert stock_of(mouse) == 97
    cancel_order(placed.id)

    assert stock_of(mouse) == 100


def test_a_refund_without_parts_takes_all_that_is_left() -> None:
    placed = place(line(product(), 5), line(product(), 1))
    refund_order(placed.id, part(1, 2))
    refund_order(placed.id, part(2))

    refund_order(placed.id, ALL)

    assert [(part.line_no, part.quantity) for part in last_event().lines] == [(1, 3)]
    with pytest.raises(NothingLeft):
        refund_order(placed.id, ALL)


def test_more_than_is_left_is_not_refunded() -> None:
    placed = place(line(product(), 5))
    refund_order(placed.id, part(1, 4))

    with pytest.raises(NothingLeft) as refused:
        refund_order(placed.id, part(1, 2))

    assert refused.value.extra == {"pointer": "/items/0", "left": 1}


@pytest.mark.parametrize("parts", [[2], [1, 1]], ids=["unknown", "twice"])
def test_a_line_must_exist_and_be_named_once(parts: list[int]) -> None:
    placed = place(line(product(), 5))
    refund = NewRefund(parts=[Part(line_no=n, quantity=1) for n in parts])

    with pytest.raises(Invalid) as refused:
        refund_order(placed.id, refund)

    assert refused.value.extra == {"pointer": f"/items/{len(parts) - 1}/line"}


def test_a_cancellation_lists_emptied_lines_too() -> None:
    placed = place(line(product(), 5), line(product(), 1))
    refund_order(placed.id, part(2))

    cancel_order(placed.id)

    told = last_event()
    assert [(part.line_no, part.quantity) for part in told.lines] == [(1, 5), (2, 0)]
    assert told.lines[1].amount == 0


@st.composite
def sold_lines(draw: st.DrawFn) -> tuple[int, int, int]:
    """Quantity, price and discount of a line, money in cents."""
    quantity, price = draw(st.integers(1, 30)), draw(st.integers(0, 999))
    return quantity, price, draw(st.integers(0, price * quantity))


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(sold_lines(), min_size=1, max_size=3),
    wishes=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 30)), max_size=8),
)
def test_any_refunds_and_then_a_cancellation_add_up_to_the_order(
    lines: list[tuple[int, int, int]], wishes: list[tuple[int, int]]
) -> None:
    mouse = product(stock=None)
    money = [
        line(mouse, quantity, price=Decimal(price) / 100, discount=Decimal(cut) / 100)
        for quantity, price, cut in lines
    ]
    placed = place(*money)
    created = last_event()
    back: list[OrderEvent] = []
    for line_no, pieces in wishes:
        with suppress(NothingLeft, Invalid):
            refund_order(placed.id, part(line_no, pieces))
            back.append(last_event())
    cancel_order(placed.id)
    back.append(last_event())

    for sold in created.lines:
        parts = [p for event in back for p in event.lines if p.line_no == sold.line_no]
        assert sum(part.quantity for part in parts) == sold.quantity
        assert sum(part.discount for part in parts) == sold.discount
        assert sum(part.amount for part in parts) == sold.amount
        assert all(0 <= part.discount <= part.gross for part in parts)
    assert sum(event.total for event in back) == created.total
