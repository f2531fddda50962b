"""A small shop with all that is awkward: renames, moves, ties, ends of months."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import msgspec

from messaging.events import (
    OrderCancelled,
    OrderCreated,
    OrderLine,
    OrderRefunded,
    ProductState,
    ProductUpdated,
)
from tests.queries_app.reports.sales import cancel, order, refund

BEGIN = datetime(2024, 1, 20, tzinfo=UTC)
QUARTERS = 110 * 96  # in which orders are placed
CATEGORIES = ("Food", "Garden", "Toys", "Ähre/50%")
PRODUCTS = range(1, 10)
CUSTOMERS = range(1, 8)
ORDERS = 70

Event = OrderCreated | OrderCancelled | OrderRefunded | ProductState


class Shop:
    """Its events by a seed; any order of applying them is as good as this one."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        orders = [self._order(number) for number in range(1, ORDERS + 1)]
        reversals = [each for one in orders for each in self._reversals(one)]
        self.events: list[Event] = [*orders, *reversals, *self._catalogue()]
        self._dice.shuffle(self.events)

    def moment(self) -> datetime:
        """On a quarter of an hour; a third lies about the end of a month."""
        if self._dice.random() < 0.3:
            month = datetime(2024, self._dice.choice([2, 3, 4, 5]), 1, tzinfo=UTC)
            return month + self._dice.randint(-60, 60) * timedelta(minutes=15)
        return BEGIN + self._dice.randrange(QUARTERS) * timedelta(minutes=15)

    def _order(self, number: int) -> OrderCreated:
        lines = [self._line(no) for no in range(1, self._dice.randint(2, 5))]
        placed = self.moment().isoformat()
        return order(number, self._dice.choice(CUSTOMERS), placed, *lines)

    def _line(self, no: int) -> OrderLine:
        product = self._dice.choice(PRODUCTS)
        quantity = self._dice.randint(1, 4)
        return OrderLine(
            line_no=no,
            product_id=product,
            name=f"Thing {product}{self._dice.choice(['', '', ' de luxe'])}",
            category=CATEGORIES[(product + (self._dice.random() < 0.2)) % 4],
            sku=None if product == 3 else f"SKU-{product}",
            quantity=quantity,
            unit_price=Decimal(self._dice.choice(["5.00", "5.00", "0.35", "12.99"])),
            discount=Decimal(self._dice.choice(["0.00", "0.00", "0.10"])),
        )

    def _reversals(self, of: OrderCreated) -> Iterator[OrderCancelled | OrderRefunded]:
        made = (
            of.placed_at + timedelta(days=self._dice.choice([0, 1, 40]))
        ).isoformat()
        kind = self._dice.random()
        if kind < 0.3:  # a part of a line, or all of it
            line = self._dice.choice(of.lines)
            kept = self._dice.randrange(line.quantity)
            share = line.discount if kept == 0 else Decimal("0.00")
            taken = msgspec.structs.replace(
                line, quantity=line.quantity - kept, discount=share
            )
            yield refund(of, made, taken)
        elif kind < 0.4:
            yield cancel(of, made)
        elif kind < 0.5:  # nothing is left for the cancellation to take back
            yield refund(of, made, *of.lines)
            later = (datetime.fromisoformat(made) + timedelta(days=9)).isoformat()
            emptied = [
                msgspec.structs.replace(each, quantity=0, discount=Decimal("0.00"))
                for each in of.lines
            ]
            empty = msgspec.structs.replace(
                of, lines=tuple(emptied), total=Decimal("0.00")
            )
            yield cancel(empty, later)

    def _catalogue(self) -> Iterator[ProductState]:
        """Some have moved since they were sold, some are not in it."""
        for product in PRODUCTS[:-2]:
            moved = product % 3 == 0
            yield ProductUpdated(
                product_id=product,
                version=1,
                name=f"Thing {product}{' II' if moved else ''}",
                category=CATEGORIES[(product + 2 * moved) % 4],
                price=Decimal("1.00"),
                sku=f"NEW-{product}" if moved else f"SKU-{product}",
            )
