"""Placing orders: prices, stock, references, all or nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from commands_app.errors import Invalid, OutOfStock, ReferenceTaken
from commands_app.models import Order, OrderItem, Product
from commands_app.orders import by_reference, place_orders
from messaging.events import OrderCreated, OrderLine
from tests.commands_app.builders import events, line, order, place, product


def stock_of(product_id: int) -> int | None:
    return Product.objects.get(pk=product_id).stock


def test_an_order_is_stored_and_told_as_sold() -> None:
    mouse = product(sku="M-1")
    placed_at = datetime(2024, 2, 29, 23, 59, 59, 999999, tzinfo=UTC)

    receipt = place(
        line(mouse, 2),
        line(mouse, 1, price=Decimal("10.00"), discount=Decimal("0.01"), name="Maus"),
        customer_id=7,
        placed_at=placed_at,
        reference="R-1",
    )

    stored = Order.objects.get(pk=receipt.id)
    assert (stored.customer_id, stored.reference) == (7, "R-1")
    assert (stored.total, stored.placed_at) == (Decimal("69.97"), placed_at)
    assert (stored.status, stored.event_id) == ("placed", receipt.event_id)
    told = events()[-1]
    first = OrderLine(
        line_no=1,
        product_id=mouse,
        sku="M-1",
        name="Mouse",
        category="Electronics",
        quantity=2,
        unit_price=Decimal("29.99"),
        discount=Decimal("0.00"),
    )
    assert isinstance(told, OrderCreated)
    assert told.lines[0] == first
    assert told.lines[1].name == "Maus"
    assert (told.total, told.placed_at) == (Decimal("69.97"), placed_at)
    rows = OrderItem.objects.filter(order=stored).order_by("line_no")
    assert [
        (r.line_no, r.product_name, r.quantity, r.price, r.discount) for r in rows
    ] == [
        (1, "Mouse", 2, Decimal("29.99"), Decimal("0.00")),
        (2, "Maus", 1, Decimal("10.00"), Decimal("0.01")),
    ]


def test_an_order_without_a_date_is_placed_now() -> None:
    before = datetime.now(UTC)

    receipt = place(line(product()))

    # The transaction of the test began before; the databases' clock is this one's.
    age = before - Order.objects.get(pk=receipt.id).placed_at
    assert abs(age.total_seconds()) < 60
    told = events()[-1]
    assert isinstance(told, OrderCreated)
    assert told.placed_at == Order.objects.get(pk=receipt.id).placed_at


def test_stock_is_taken_for_all_lines_together() -> None:
    mouse = product(stock=100)

    place(line(mouse, 60), line(mouse, 40))

    assert stock_of(mouse) == 0


def test_two_lines_of_one_product_cannot_take_more_than_there_is() -> None:
    mouse = product(stock=100)

    with pytest.raises(OutOfStock) as refused:
        place(line(product()), line(mouse, 60), line(mouse, 60))

    assert refused.value.extra == {
        "pointer": "/items/1",
        "productId": mouse,
        "available": 100,
        "requested": 120,
    }
    assert stock_of(mouse) == 100
    assert not Order.objects.exists()


def test_two_orders_of_a_batch_cannot_take_more_than_there_is() -> None:
    mouse = product(stock=100)
    batch = [order(line(mouse, 60), pointer=f"/orders/{n}") for n in range(2)]

    with pytest.raises(OutOfStock):
        place_orders(batch)

    assert stock_of(mouse) == 100


def test_a_stock_that_is_not_tracked_never_runs_out() -> None:
    mouse = product(stock=None)

    place(line(mouse, 1_000_000))

    assert stock_of(mouse) is None


def test_an_unknown_product_is_pointed_at_and_nothing_is_placed() -> None:
    mouse = product()
    batch = [
        order(line(mouse), pointer="/orders/0"),
        order(line(mouse), line(mouse + 1), pointer="/orders/1"),
    ]

    with pytest.raises(Invalid) as refused:
        place_orders(batch)

    assert refused.value.extra == {"pointer": "/orders/1/items/1/productId"}
    assert not Order.objects.exists()
    assert stock_of(mouse) == 100


def test_a_discount_above_the_worth_of_the_line_is_refused() -> None:
    with pytest.raises(Invalid) as refused:
        place(line(product(), 2, discount=Decimal("59.99")))

    assert refused.value.extra == {"pointer": "/items/0/discount"}


@pytest.mark.parametrize(
    ("lines", "pointer"), [(1, "/items/0"), (2, "/items")], ids=["line", "order"]
)
def test_money_beyond_what_the_tables_hold_is_refused(lines: int, pointer: str) -> None:
    mouse = product(price=Decimal("999999.99"), stock=None)
    quantity = 1_000_000 // lines + (lines == 1)

    with pytest.raises(Invalid) as refused:
        place(*[line(mouse, quantity, price=Decimal("1000000.00"))] * lines)

    assert refused.value.extra == {"pointer": pointer}


def test_a_reference_is_taken_once_and_names_its_order() -> None:
    mouse = product(stock=1)
    first = place(line(mouse), reference="R-1")

    with pytest.raises(ReferenceTaken) as refused:  # and not: out of stock
        place(line(mouse), reference="R-1")

    assert refused.value.extra == {"pointer": "/reference", "orderId": first.id}
    assert by_reference(["R-1", "R-2"]) == {"R-1": first.id}


def test_two_orders_of_a_batch_cannot_share_a_reference() -> None:
    mouse = product()
    batch = [
        order(line(mouse), reference="R-1", pointer=f"/orders/{n}") for n in range(2)
    ]

    with pytest.raises(Invalid) as refused:
        place_orders(batch)

    assert refused.value.extra == {"pointer": "/orders/1/reference"}


def test_a_batch_answers_in_its_order() -> None:
    mouse = product()
    batch = [order(line(mouse), customer_id=n) for n in (3, 1, 2)]

    receipts = place_orders(batch)

    customers = [Order.objects.get(pk=r.id).customer_id for r in receipts]
    assert customers == [3, 1, 2]
    assert place_orders([]) == []
