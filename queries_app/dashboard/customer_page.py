"""The page of a customer: what they are worth, and all their orders."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from queries_app.dashboard.asked import Asked
from queries_app.dashboard.asking import answer
from queries_app.dashboard.frame import Fact, Head, Page, Part
from queries_app.dashboard.listings import NO_ORDERS, amount, reversal_text
from queries_app.dashboard.models import Cell, Column, Link, Listing
from queries_app.dashboard.overview import figures_of_total
from queries_app.dashboard.wording import NOTHING, count, day, exact, money
from queries_app.errors import NotSold
from queries_app.reports.customer import customer_report

MORE = ("orders", "average_order_value", "units", "units_reversed", "cancelled_orders")
COLUMNS = (
    Column(label="Order"),
    Column(label="Placed"),
    Column(label="Units", is_number=True),
    Column(label="Gross", is_number=True),
    Column(label="Discounts", is_number=True),
    Column(label="Taken back", is_number=True),
    Column(label="Net", is_number=True),
)


def customer(asked: Asked, customer_id: str) -> Page:
    address = f"customers/{customer_id}"
    question = asked.question(address, cursor=asked.query.get("cursor") or None)
    found = cache(lambda: answer(customer_report, question, customer_id=customer_id))
    return Page(
        template="thing",
        head=lambda: head(asked, found()),
        parts=parts(asked, found, address, customer_id),
    )


def parts(
    asked: Asked, found: Callable[[], Any], address: str, customer_id: str
) -> tuple[Part, Part]:
    return (
        Part(
            name="figures",
            template="figures",
            label="Figures of the range",
            build=lambda: figures_of_total(
                asked, found().total, more=MORE, report=address, customer=customer_id
            ),
        ),
        Part(
            name="orders",
            template="list",
            label="All orders",
            build=lambda: orders(asked, found(), address),
        ),
    )


def head(asked: Asked, found: Any) -> Head:
    ever = found.ever
    if not ever.orders:
        raise NotSold(f"Customer {found.customer_id} has not ordered yet.")
    return Head(
        title=f"Customer {found.customer_id}",
        parent=Link("Customers", asked.page("customers")),
        facts=(
            Fact("Lifetime value", money(ever.lifetime_value)),
            Fact("Orders ever", count(ever.orders)),
            Fact("Average order", money(ever.average_order_value)),
            Fact("First order", date_of(asked, ever.first_order_at)),
            Fact("Last order", date_of(asked, ever.last_order_at)),
        ),
    )


def date_of(asked: Asked, instant: str | None) -> str:
    if instant is None:
        return NOTHING
    return day(datetime.fromisoformat(instant).astimezone(asked.period.zone))


def orders(asked: Asked, found: Any, address: str) -> Listing:
    following = found.next
    return Listing(
        title="All orders",
        caption="All orders of the customer, newest first",
        columns=COLUMNS,
        rows=tuple(row_of(asked, order) for order in found.orders),
        empty=NO_ORDERS,
        exports=asked.exports(address),
        first=asked.here() if asked.query.get("cursor") else "",
        next=asked.here(cursor=following) if following else "",
    )


def row_of(asked: Asked, order: Any) -> tuple[Cell, ...]:
    placed_at = datetime.fromisoformat(order.placed_at)
    return (
        Cell(text=str(order.order_id), href=asked.page("order", order.order_id)),
        Cell(text=exact(placed_at, asked.period.zone)),
        Cell(text=count(order.units), is_number=True),
        amount(order.gross_sales),
        amount(order.discounts),
        Cell(
            text=money(order.sales_reversals),
            detail=reversal_text(order.reversals),
            is_number=True,
        ),
        amount(order.net_sales),
    )
