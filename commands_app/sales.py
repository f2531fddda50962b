"""Orders as they are asked for, and the events that they become: no database here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec

from commands_app.errors import Invalid, OutOfStock
from commands_app.stock import Article
from messaging.events import OrderCreated, OrderLine

NOTHING = Decimal("0.00")
MAX_TOTAL = Decimal("999999999999.99")  # of a line before discount, and of an order


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line to sell: quantity 1 to 1,000,000, money with at most two decimals."""

    product_id: int
    quantity: int
    price: Decimal | None = None  # of one piece; None: the product's own
    discount: Decimal = NOTHING  # off the whole line
    name: str | None = None  # as sold; None: the product's own
    category: str | None = None  # likewise


class NewOrder(msgspec.Struct, frozen=True, kw_only=True):
    customer_id: int
    lines: Sequence[NewLine]
    placed_at: datetime | None = None  # None: now
    reference: str | None = None
    pointer: str = ""  # JSON pointer to the order in the client's body

    def lines_and_pointers(self) -> Iterator[tuple[NewLine, str]]:
        for index, line in enumerate(self.lines):
            yield line, f"{self.pointer}/items/{index}"


def created(
    order: NewOrder, order_id: int, now: datetime, articles: Mapping[int, Article]
) -> OrderCreated:
    """The event of an order; raises Invalid if it cannot be one."""
    lines = tuple(
        _sold(line, number, pointer, articles)
        for number, (line, pointer) in enumerate(order.lines_and_pointers(), 1)
    )
    total = sum((line.amount for line in lines), NOTHING)
    if total > MAX_TOTAL:
        raise Invalid(
            f"An order is worth at most {MAX_TOTAL}.", pointer=f"{order.pointer}/items"
        )
    return OrderCreated(
        order_id=order_id,
        customer_id=order.customer_id,
        placed_at=order.placed_at or now,
        lines=lines,
        total=total,
        reference=order.reference,
    )


def tracked_demand(
    orders: Sequence[NewOrder], articles: Mapping[int, Article]
) -> dict[int, int]:
    """Pieces wanted of each product with a stock, all lines of all orders together.

    Raises OutOfStock at the first line of a product of which there are too few.
    """
    lines = [place for order in orders for place in order.lines_and_pointers()]
    wanted: Counter[int] = Counter()
    for line, _ in lines:
        wanted[line.product_id] += line.quantity
    for line, pointer in lines:
        available = articles[line.product_id].stock
        if available is None:
            wanted.pop(line.product_id, None)
        elif wanted[line.product_id] > available:
            raise OutOfStock(
                pointer=pointer,
                productId=line.product_id,
                available=available,
                requested=wanted[line.product_id],
            )
    return wanted


def _sold(
    line: NewLine, number: int, pointer: str, articles: Mapping[int, Article]
) -> OrderLine:
    article = articles.get(line.product_id)
    if article is None:
        raise Invalid(
            f"There is no product {line.product_id}.", pointer=f"{pointer}/productId"
        )
    sold = OrderLine(
        line_no=number,
        product_id=article.id,
        sku=article.sku,
        name=line.name or article.name,
        category=line.category or article.category,
        quantity=line.quantity,
        unit_price=article.price if line.price is None else line.price,
        discount=line.discount,
    )
    if sold.gross > MAX_TOTAL:
        raise Invalid(f"A line is worth at most {MAX_TOTAL}.", pointer=pointer)
    if sold.discount > sold.gross:
        raise Invalid(
            "A discount is at most price times quantity.", pointer=f"{pointer}/discount"
        )
    return sold
