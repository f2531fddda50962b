"""Files of order lines, and imports of them."""

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command

from commands_app.imports.row import COLUMNS
from commands_app.models import Order, OrderItem

Fields = dict[str, str]
LINE = {
    "reference": "A-1",
    "customer_id": "7",
    "placed_at": "2017-03-01T10:30:00Z",
    "sku": "M-1",
    "product_name": "Mouse",
    "category": "Electronics",
    "quantity": "2",
    "unit_price": "29.99",
    "discount": "",
}


class Outcome(NamedTuple):
    summary: str
    rejects: list[Fields]  # with "line" and "reason"


def line(**changes: str) -> Fields:
    """Two mice in order A-1, but for the changes."""
    return LINE | changes


def shop(orders: int, *, lines: int = 3) -> list[Fields]:
    """So many orders with lines of their own products and prices."""
    return [
        line(
            reference=f"R-{order}",
            customer_id=str(order % 50 + 1),
            placed_at=f"2017-01-{order % 28 + 1:02}T{order % 24:02}:00:00Z",
            sku=f"S-{(order + number) % 97}",
            quantity=str(number + 1),
            unit_price=f"{order % 13}.{number:02}",
        )
        for order in range(orders)
        for number in range(lines)
    ]


def write(path: Path, lines: Iterable[Fields]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(lines)
    return path


def run(path: Path, **options: object) -> Outcome:
    told = StringIO()
    rejects = path.with_suffix(".rejects.csv")
    call_command("import_orders", path, rejects=rejects, stdout=told, **options)
    with rejects.open(encoding="utf-8", newline="") as file:
        return Outcome(told.getvalue(), list(csv.DictReader(file)))


def run_lines(folder: Path, *lines: Fields, **options: object) -> Outcome:
    return run(write(folder / "orders.csv", lines), **options)


def stored() -> dict[str | None, tuple[object, ...]]:
    """Each order by its reference, with its lines, but for the ids."""
    return {
        order.reference: (
            order.customer_id,
            order.placed_at,
            order.total,
            *OrderItem.objects.filter(order=order)
            .order_by("line_no")
            .values_list("sku", "product_name", "category", "quantity", "price"),
        )
        for order in Order.objects.all()
    }
