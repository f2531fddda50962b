"""Random histories of a shop: products, orders, refunds and cancellations."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from random import Random
from uuid import NAMESPACE_OID, UUID, uuid5

import msgspec

from messaging.events import (
    Event,
    OrderCancelled,
    OrderCreated,
    OrderLine,
    OrderRefunded,
    ProductCreated,
    ProductUpdated,
)
from tests.messaging.builders import PLACED_AT, body_of

CENT = Decimal("0.01")
CATEGORIES = ["Electronics", "Home & Garden", "a/b", "Lebensmittel", "書籍"]
Recorded = tuple[UUID, Event]


@dataclass
class Shop:
    """Makes valid events one after the other; all chance comes from `random`."""

    random: Random
    products: dict[int, ProductCreated | ProductUpdated] = field(default_factory=dict)
    orders: int = 0
    refunds: int = 0

    def history(self, *, products: int, orders: int) -> list[Recorded]:
        events: list[Event] = [self.create_product() for _ in range(products)]
        for _ in range(orders):
            events.extend(self.life_of_an_order())
            if self.random.random() < 0.1:
                events.append(self.update_product())
        return [(uuid5(NAMESPACE_OID, str(n)), event) for n, event in enumerate(events)]

    def create_product(self) -> ProductCreated:
        id_ = len(self.products) + 1
        product = ProductCreated(
            product_id=id_,
            version=1,
            name=f"Product {id_}",
            category=self.random.choice(CATEGORIES),
            price=self.money(),
        )
        self.products[id_] = product
        return product

    def update_product(self) -> ProductUpdated:
        old = self.random.choice(list(self.products.values()))
        product = ProductUpdated(
            product_id=old.product_id,
            version=old.version + 1,
            name=old.name,
            category=self.random.choice(CATEGORIES),
            price=self.money(),
        )
        self.products[old.product_id] = product
        return product

    def life_of_an_order(self) -> Iterator[Event]:
        order = self.place_order()
        yield order
        left = list(order.lines)
        if self.random.random() < 0.2:
            left, refund = self.refund(order, left)
            yield refund
        if self.random.random() < 0.1:
            yield self.cancel(order, left)

    def place_order(self) -> OrderCreated:
        self.orders += 1
        lines = tuple(self.line(no + 1) for no in range(self.random.randint(1, 4)))
        return OrderCreated(
            order_id=self.orders,
            customer_id=self.random.randint(1, 1 + len(self.products)),
            placed_at=PLACED_AT + timedelta(minutes=self.random.randint(0, 5000)),
            lines=lines,
            total=total(lines),
        )

    def line(self, line_no: int) -> OrderLine:
        product = self.random.choice(list(self.products.values()))
        quantity = self.random.randint(1, 5)
        gross = product.price * quantity
        share = self.random.choice([0, 0, 0, 7, 100])  # percent
        return OrderLine(
            line_no=line_no,
            product_id=product.product_id,
            name=product.name,
            category=product.category,
            quantity=quantity,
            unit_price=product.price,
            discount=(gross * share / 100).quantize(CENT, ROUND_DOWN),
        )

    def refund(
        self, order: OrderCreated, lines: list[OrderLine]
    ) -> tuple[list[OrderLine], OrderRefunded]:
        """Takes back a part of every line; also returns what is left of them."""
        self.refunds += 1
        taken, left = [], []
        for line in lines:
            part = self.random.randint(0, line.quantity)
            discount = (line.discount * part / line.quantity).quantize(CENT, ROUND_DOWN)
            taken.append(resized(line, part, discount))
            left.append(resized(line, line.quantity - part, line.discount - discount))
        event = OrderRefunded(
            order_id=order.order_id,
            customer_id=order.customer_id,
            placed_at=order.placed_at,
            lines=tuple(line for line in taken if line.quantity),
            total=total(taken),
            refund_id=self.refunds,
            refunded_at=self.later(order),
            restocked=False,
        )
        return left, event

    def cancel(self, order: OrderCreated, left: list[OrderLine]) -> OrderCancelled:
        return OrderCancelled(
            order_id=order.order_id,
            customer_id=order.customer_id,
            placed_at=order.placed_at,
            lines=tuple(left),
            total=total(left),
            cancelled_at=self.later(order),
        )

    def later(self, order: OrderCreated) -> datetime:
        most = self.random.choice([300, 90_000])  # minutes; months, for some
        return order.placed_at + timedelta(minutes=self.random.randint(0, most))

    def money(self) -> Decimal:
        return Decimal(self.random.randint(0, 20_000)) / 100


def resized(line: OrderLine, quantity: int, discount: Decimal) -> OrderLine:
    return msgspec.structs.replace(line, quantity=quantity, discount=discount)


def total(lines: Iterable[OrderLine]) -> Decimal:
    return sum((line.amount for line in lines), Decimal(0))


def bodies(history: list[Recorded]) -> list[bytes]:
    return [body_of(event, id=event_id) for event_id, event in history]
