"""Placing orders: any number of them, in one transaction and two round trips."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from commands_app import outbox, sales, stock
from commands_app.errors import Invalid, ReferenceTaken
from commands_app.outbox import Receipt
from commands_app.sales import NewOrder
from commands_app.session import Result, execute, in_transaction
from messaging.envelope import encode, new_event_id
from messaging.events import OrderCreated
from messaging.failpoints import fail_point

DRAW_IDS = """
    SELECT nextval(pg_get_serial_sequence('orders', 'id')), now()
    FROM generate_series(1, $1)
"""
BY_REFERENCE = "SELECT reference, id FROM orders WHERE reference = ANY($1::text[])"
# Sorted, so that two batches with the same references cannot wait in a circle.
INSERT_ORDERS = """
    INSERT INTO orders (id, customer_id, reference, total, placed_at, event_id)
    SELECT id, customer_id, reference, total, placed_at, event_id
    FROM json_to_recordset($1::json)
         AS placed (id bigint, customer_id bigint, reference text, total numeric,
                    placed_at timestamptz, event_id uuid)
    ORDER BY reference
    ON CONFLICT (reference) DO NOTHING
"""
INSERT_LINES = """
    INSERT INTO order_items (order_id, line_no, product_id, sku, product_name,
                             category, quantity, price, discount)
    SELECT placed."orderId", line."lineNo", line."productId", line.sku, line.name,
           line.category, line.quantity, line."unitPrice", line.discount
    FROM json_to_recordset($1::json) AS placed ("orderId" bigint, lines json),
         json_to_recordset(placed.lines)
         AS line ("lineNo" int, "productId" bigint, sku text, name text, category text,
                  quantity int, "unitPrice" numeric, discount numeric)
"""


def place_orders(orders: Sequence[NewOrder]) -> list[Receipt]:
    """Places all of the orders or none; the receipts are in their order.

    Raises Invalid, OutOfStock or ReferenceTaken with a pointer to the culprit.
    """
    return in_transaction(lambda: _place(orders)) if orders else []


def by_reference(references: Collection[str]) -> dict[str, int]:
    """The ids of the orders that exist, by their references."""
    return dict(execute(BY_REFERENCE, list(references)).rows)


def _place(orders: Sequence[NewOrder]) -> list[Receipt]:
    references = [order.reference for order in orders if order.reference is not None]
    found = stock.lock(line.product_id for order in orders for line in order.lines)
    drawn = execute(DRAW_IDS, len(orders))
    if references:
        _check_references(orders, by_reference(references))
    articles = stock.locked(found)
    fail_point("orders.locked")
    events = {
        new_event_id(): sales.created(order, order_id, now, articles)
        for order, (order_id, now) in zip(orders, drawn.rows, strict=True)
    }
    demand = sales.tracked_demand(orders, articles)
    stock.change({product_id: -n for product_id, n in demand.items()})
    inserted = _insert(events)
    outbox.append(events)
    if references and inserted.rowcount < len(orders):  # another one was quicker
        _check_references(orders, by_reference(references))
    fail_point("orders.written")
    return [Receipt(event.order_id, event_id) for event_id, event in events.items()]


def _check_references(orders: Sequence[NewOrder], known: Mapping[str, int]) -> None:
    seen: set[str] = set()
    for order in orders:
        reference, pointer = order.reference, f"{order.pointer}/reference"
        if reference is None:
            continue
        if reference in known:
            raise ReferenceTaken(pointer=pointer, orderId=known[reference])
        if reference in seen:
            raise Invalid("Another order has the same reference.", pointer=pointer)
        seen.add(reference)


def _insert(events: Mapping[UUID, OrderCreated]) -> Result:
    orders = [
        {
            "id": event.order_id,
            "customer_id": event.customer_id,
            "reference": event.reference,
            "total": event.total,
            "placed_at": event.placed_at,
            "event_id": event_id,
        }
        for event_id, event in events.items()
    ]
    inserted = execute(INSERT_ORDERS, encode(orders).decode())
    execute(INSERT_LINES, encode(list(events.values())).decode())
    return inserted
