"""Tables of orders and of what happened to them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec

from queries_app.dashboard import orders
from queries_app.dashboard.asked import Asked
from queries_app.dashboard.frame import Fact, Head
from queries_app.dashboard.models import Cell, Column, Empty, Link, Listing
from queries_app.dashboard.wording import count, exact, money
from queries_app.errors import InvalidParameter, NotSold
from queries_app.parameters import Aware, positive_id

KINDS = {"sale": "Sale", "cancellation": "Cancellation", "refund": "Refund"}
NO_ORDERS = Empty("No orders", "Nobody ordered in this range.")
ORDER_COLUMNS = (
    Column(label="Order"),
    Column(label="Placed"),
    Column(label="Customer"),
    Column(label="Status"),
    Column(label="Units", is_number=True),
    Column(label="Gross", is_number=True),
    Column(label="Discounts", is_number=True),
    Column(label="Taken back", is_number=True),
    Column(label="Net", is_number=True),
)
LINE_COLUMNS = (
    Column(label="Product"),
    Column(label="Event"),
    Column(label="When"),
    Column(label="Units", is_number=True),
    Column(label="Gross", is_number=True),
    Column(label="Discount", is_number=True),
    Column(label="Net", is_number=True),
)


def lead(asked: Asked) -> str:
    of = about(asked, "customer", "product", "category")
    return f"With {of}, newest first." if of else ""


def behind(asked: Asked) -> orders.Behind:
    query = asked.query
    ids = {
        name: positive_id(query[name], name=name)
        for name in ("customer", "product")
        if query.get(name)
    }
    category = query.get("category") or None
    start, end, _ = asked.period
    return orders.Behind(
        start,
        end,
        category=category,
        by_current_labels=asked.chosen.labels == "current",
        **ids,
    )


def order_list(asked: Asked) -> Listing:
    question = behind(asked)
    found, after = orders.orders(question, cursor(asked.query.get("cursor")))
    kept = ("customer", "product", "category")
    named = asked.keep(*kept)
    return Listing(
        caption="Orders, newest first",
        columns=ORDER_COLUMNS,
        rows=tuple(order_row(order, asked) for order in found),
        empty=NO_ORDERS,
        total=count(orders.number_of_orders(question)),
        total_label="Orders placed",
        exports=asked.alone().exports("explain", metric="orders", **named),
        first=asked.here(*kept) if asked.query.get("cursor") else "",
        next="" if after is None else asked.here(*kept, cursor=written(after)),
    )


def order_row(order: orders.Order, asked: Asked) -> tuple[Cell, ...]:
    customer = order.customer_id
    return (
        Cell(text=str(order.order_id), href=asked.page("order", order.order_id)),
        Cell(text=exact(order.placed_at, asked.period.zone)),
        Cell(text=f"Customer {customer}", href=asked.page("customer", customer)),
        Cell(text=order.status),
        Cell(text=count(order.units - order.units_reversed), is_number=True),
        amount(order.gross),
        amount(order.discounts),
        amount(order.reversals),
        amount(order.net),
    )


def about(asked: Asked, *names: str) -> str:
    """What a page is about, in words: `product 3, category Tea`."""
    return ", ".join(f"{name} {value}" for name, value in asked.keep(*names).items())


def order_head(asked: Asked, order_id: int) -> Head:
    found = orders.order(order_id)
    if found is None:
        raise NotSold(f"No event of order {order_id} has arrived.")
    customer = f"Customer {found.customer_id}"
    return Head(
        title=f"Order {order_id}",
        parent=Link("Orders", asked.page("orders")),
        facts=(
            Fact("Placed", exact(found.placed_at, asked.period.zone)),
            Fact("Status", found.status),
            Fact("Gross", money(found.gross)),
            Fact("Discounts", money(found.discounts)),
            Fact("Taken back", money(found.reversals)),
            Fact("Net", money(found.net)),
        ),
        links=(Link(customer, asked.page("customer", found.customer_id)),),
    )


def order_lines(asked: Asked, order_id: int) -> Listing:
    found = orders.order(order_id)
    return Listing(
        caption="What happened to the order, oldest first",
        columns=LINE_COLUMNS,
        rows=tuple(line_row(line, asked) for line in orders.lines(order_id)),
        empty=NO_ORDERS,
        total=money(None if found is None else found.net),
        total_label="Net value",
    )


def line_row(line: orders.Line, asked: Asked) -> tuple[Cell, ...]:
    return (
        Cell(
            text=line.product_name,
            href=asked.page("product", line.product_id),
            detail=" · ".join(filter(None, (line.sku, line.category))),
        ),
        Cell(text=KINDS.get(line.kind, line.kind), detail=str(line.event_id)),
        Cell(text=exact(line.occurred_at, asked.period.zone)),
        Cell(text=count(line.quantity), is_number=True),
        amount(line.gross),
        amount(line.discount),
        amount(line.amount),
    )


def reversal_text(reversals: Sequence[Any]) -> str:
    """`2 refunds`, `Cancellation`, or nothing."""
    kinds = Counter(KINDS.get(each.kind, each.kind) for each in reversals)
    return ", ".join(
        kind if number == 1 else f"{number} {kind.lower()}s"
        for kind, number in kinds.items()
    )


def amount(value: object) -> Cell:
    return Cell(text=money(value), is_number=True)  # type: ignore[arg-type]


def written(after: orders.After) -> str:
    return f"{after.placed_at.isoformat()}~{after.order_id}"


def cursor(text: str | None) -> orders.After | None:
    if not text:
        return None
    when, _, number = text.partition("~")
    try:
        placed_at = msgspec.convert(when, Aware)
    except msgspec.ValidationError as error:
        raise InvalidParameter("cursor", "is not one of this list.") from error
    return orders.After(placed_at, positive_id(number, name="cursor"))
