"""What the reports must say, from the definitions, by adding up the sample's lines."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, Literal

import pyarrow as pa

from tests.sample.clock import QUARTER, Range
from tests.sample.ledger import Reversal, Sample

Attribution = Literal["event_date", "order_date"]
Figures = dict[str, Any]
Keyed = dict[Any, Figures]


@dataclass
class Sums:
    """Money in cents; orders are counted before they come here, never added up."""

    gross: int = 0
    discounts: int = 0
    units: int = 0
    orders: int = 0
    reversals: int = 0
    units_reversed: int = 0
    cancelled: int = 0

    def __iadd__(self, other: "Sums") -> "Sums":
        for each in fields(Sums):
            value = getattr(self, each.name) + getattr(other, each.name)
            setattr(self, each.name, value)
        return self

    def figures(self) -> Figures:
        sold = self.gross - self.discounts
        return {
            "grossSales": money(self.gross),
            "discounts": money(self.discounts),
            "salesReversals": money(self.reversals),
            "netSales": money(sold - self.reversals),
            "orders": self.orders,
            "cancelledOrders": self.cancelled,
            "units": self.units,
            "unitsReversed": self.units_reversed,
            "netUnits": self.units - self.units_reversed,
            "averageOrderValue": average(sold - self.reversals, self.orders),
            "averageOrderValueGross": average(sold, self.orders),
        }


class Expected:
    """Of one sample, what was taken back of it, and a rule for when that counts."""

    def __init__(
        self, sample: Sample, reversals: Iterable[Reversal], attribution: Attribution
    ) -> None:
        self.attribution = attribution
        self.sample = sample
        self.reversals = list(reversals)
        self._by_order_date = attribution == "order_date"
        self._by_quarter = self._quarters()

    def _quarters(self) -> dict[int, Sums]:
        """An order is placed in one moment, so its quarter of an hour has it whole."""
        found = keyed(self.sample.sales, "quarter")
        for quarter, sums in self._reversed(self.reversals, self._quarter).items():
            found.setdefault(quarter, Sums()).__iadd__(sums)
        return found

    def _quarter(self, reversal: Reversal) -> int:
        return self.moment(reversal) // QUARTER

    def _reversed(
        self, reversals: Iterable[Reversal], key: Callable[[Reversal], Hashable]
    ) -> dict[Any, Sums]:
        found: dict[Any, Sums] = defaultdict(Sums)
        cancelled = set()
        for each in reversals:
            sums = found[key(each)]
            sums.reversals += each.cents
            sums.units_reversed += each.units
            if each.is_cancellation and (key(each), each.order) not in cancelled:
                cancelled.add((key(each), each.order))
                sums.cancelled += 1
        return found

    # --- reports ------------------------------------------------------------------
    def sales(self, start: int, end: int) -> Figures:
        total = Sums()
        for quarter in range(start // QUARTER, end // QUARTER):
            if sums := self._by_quarter.get(quarter):
                total += sums
        return total.figures()

    def summary(self, asked: Range) -> Figures:
        return self.sales(asked.start, asked.end) | self.customers(asked)

    def customers(self, asked: Range) -> Figures:
        start, end = asked.start, asked.end
        of = self.sample.orders_of
        inside = {
            customer: sum(start <= at < end for at in moments)
            for customer, moments in of.items()
        }
        buyers = [customer for customer, count in inside.items() if count]
        new = sum(of[customer][0] >= start for customer in buyers)
        return {
            "customers": len(buyers),
            "newCustomers": new,
            "returningCustomers": len(buyers) - new,
            "returningCustomerRate": rate(
                sum(len(of[customer]) > 1 for customer in buyers), len(buyers)
            ),
            "repeatPurchaseRate": rate(
                sum(inside[customer] > 1 for customer in buyers), len(buyers)
            ),
        }

    def by(self, name: str, asked: Range) -> Keyed:
        """By product, category or customer."""
        sold = sold_by(self.sample, name, asked.start, asked.end)
        found = {key: replace(sums) for key, sums in sold.items()}
        inside = [
            each
            for each in self.reversals
            if asked.start <= self.moment(each) < asked.end
        ]
        by_name = self._reversed(inside, lambda each: getattr(each, name))
        for key, sums in by_name.items():
            found.setdefault(key, Sums()).__iadd__(sums)
        return {key: sums.figures() for key, sums in found.items()}

    def only(self, name: str, key: Any) -> "Expected":
        """Of one product, category or customer."""
        return Expected(
            self.sample.only(name, key),
            [each for each in self.reversals if getattr(each, name) == key],
            self.attribution,
        )

    def moment(self, reversal: Reversal) -> int:
        return reversal.placed_at if self._by_order_date else reversal.at


# --- arithmetic -------------------------------------------------------------------
@lru_cache(16)  # both attributions, one after the other, sell the same
def sold_by(sample: Sample, name: str, start: int, end: int) -> dict[Any, Sums]:
    return keyed(sample.between(start, end), name)


def keyed(sales: pa.Table, name: str) -> dict[Any, Sums]:
    columns = ("gross", "discount", "units")
    kinds = [*((each, "sum") for each in columns), ("order", "count_distinct")]
    found = sales.group_by(name).aggregate(kinds)
    names = (name, *(f"{each}_sum" for each in columns), "order_count_distinct")
    rows = zip(*(found[each].to_pylist() for each in names), strict=True)
    return {key: Sums(*rest) for key, *rest in rows}


def growth(now: Figures, before: Figures) -> Figures:
    return {name: change(value, before[name]) for name, value in now.items()}


def change(now: Any, before: Any) -> Decimal | None:
    if now is None or not before:
        return None
    return rate(now - before, abs(before))


def money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)


def average(cents: int, count: int) -> Decimal | None:
    return half_up(money(cents) / count, "0.01") if count else None


def rate(part: Any, whole: Any) -> Decimal | None:
    return half_up(Decimal(part) / whole, "0.0001") if whole else None


def half_up(value: Decimal, unit: str) -> Decimal:
    return value.quantize(Decimal(unit), ROUND_HALF_UP)
