"""Products and orders for the tests of the write side."""

from decimal import Decimal
from typing import Any

from commands_app import outbox
from commands_app.orders import place_orders
from commands_app.outbox import Receipt
from commands_app.products import NewProduct, create_products
from commands_app.sales import NewLine, NewOrder
from messaging import envelope
from messaging.envelope import Payload


def product(**changes: Any) -> int:
    """Creates a mouse for 29.99 of which 100 are there, but for the changes."""
    given: dict[str, Any] = {
        "name": "Mouse",
        "category": "Electronics",
        "price": Decimal("29.99"),
        "stock": 100,
    }
    (receipt,) = create_products([NewProduct(**(given | changes))])
    return receipt.id


def order(*lines: NewLine, **changes: Any) -> NewOrder:
    given: dict[str, Any] = {"customer_id": 1, "lines": lines}
    return NewOrder(**(given | changes))


def line(product_id: int, quantity: int = 1, **changes: Any) -> NewLine:
    return NewLine(product_id=product_id, quantity=quantity, **changes)


def place(*lines: NewLine, **changes: Any) -> Receipt:
    (receipt,) = place_orders([order(*lines, **changes)])
    return receipt


def events() -> list[Payload]:
    """All that the outbox tells, in order."""
    return [envelope.decode(body).payload for body in outbox.history()]
