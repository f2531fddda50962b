"""What the body of each command may be."""

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from commands_app.errors import Invalid
from commands_app.products import NewProduct
from commands_app.refunds import NewRefund, Part
from commands_app.sales import NewLine, NewOrder
from commands_app.values import (
    Category,
    Id,
    Label,
    Moment,
    Money,
    Name,
    Quantity,
    Reason,
    Stock,
    plain,
)


class Body(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    rename="camel",
    forbid_unknown_fields=True,
):
    """Common configuration."""


class CreateProduct(Body, frozen=True, kw_only=True):
    name: Name
    category: Category
    price: Money
    stock: Stock | None = None  # null: not tracked
    sku: Label | None = None

    def product(self) -> NewProduct:
        return NewProduct(**_given(self))


class ChangeProduct(Body, frozen=True, kw_only=True):
    """What is to be changed: one field at least."""

    name: Name | UnsetType = UNSET
    category: Category | UnsetType = UNSET
    price: Money | UnsetType = UNSET
    stock: Stock | UnsetType | None = UNSET
    sku: Label | UnsetType | None = UNSET

    def changes(self) -> dict[str, Any]:
        """Raises Invalid if there are none."""
        if changes := _given(self):
            return changes
        raise Invalid("Nothing is to be changed.")


class Item(Body, frozen=True, kw_only=True):
    product_id: Id
    quantity: Quantity
    price: Money | None = None  # of one piece; null: the product's own
    # Off the whole line. (A factory: a default could not be shown in a schema.)
    discount: Money = msgspec.field(default_factory=lambda: Money("0.00"))


class PlaceOrder(Body, frozen=True, kw_only=True):
    customer_id: Id
    items: Annotated[tuple[Item, ...], Meta(min_length=1, max_length=1000)]
    placed_at: Moment | None = None  # null: now
    reference: Label | None = None

    def order(self, *, pointer: str = "") -> NewOrder:
        return NewOrder(
            customer_id=self.customer_id,
            lines=[NewLine(**_given(item)) for item in self.items],
            placed_at=plain(self.placed_at),
            reference=plain(self.reference),
            pointer=pointer,
        )


class PlaceOrders(Body, frozen=True, kw_only=True):
    orders: Annotated[tuple[PlaceOrder, ...], Meta(min_length=1, max_length=1000)]

    def all(self) -> list[NewOrder]:
        return [
            order.order(pointer=f"/orders/{index}")
            for index, order in enumerate(self.orders)
        ]


class CancelOrder(Body, frozen=True, kw_only=True):
    reason: Reason | None = None


class RefundItem(Body, frozen=True, kw_only=True):
    line: Annotated[int, Meta(ge=1, le=1000)]  # from 1, as the order was sent
    quantity: Quantity | None = None  # null: all that is left of the line


RefundItems = Annotated[tuple[RefundItem, ...], Meta(min_length=1, max_length=1000)]


class RefundOrder(Body, frozen=True, kw_only=True):
    items: RefundItems | None = None  # null: all that is left of the order
    restock: bool = False
    reason: Reason | None = None

    def refund(self) -> NewRefund:
        parts = [Part(line_no=i.line, quantity=i.quantity) for i in self.items or ()]
        return NewRefund(
            parts=parts or None, restock=self.restock, reason=plain(self.reason)
        )


def _given(body: Body) -> dict[str, Any]:
    """The fields that were sent or have a default, in plain types."""
    fields = msgspec.structs.asdict(body)
    return {name: plain(value) for name, value in fields.items() if value is not UNSET}


# msgspec studies a type when it first meets it, and two threads that meet one at the
# same time may end the process (SIGSEGV, seen in 26 of 400 fresh ones): so the first
# meeting is here, while there is one thread.
for _kind in (
    CreateProduct,
    ChangeProduct,
    PlaceOrder,
    PlaceOrders,
    CancelOrder,
    RefundOrder,
):
    msgspec.json.Decoder(_kind)
