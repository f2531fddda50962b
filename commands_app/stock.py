"""Products as a command needs them: what is sold, and how much of it is there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from psycopg import Cursor

from commands_app.session import Run, array
from messaging.events import OrderLine

# Rows are locked in the order of their ids, so that two commands never wait for each
# other in a circle; a product whose stock is not tracked is not locked at all.
LOCK = """
    WITH tracked AS (
        SELECT id, stock FROM products
        WHERE id = ANY(%(ids)s::bigint[]) AND stock IS NOT NULL
        ORDER BY id FOR NO KEY UPDATE
    )
    SELECT product.id, sku, name, category, price, tracked.stock
    FROM products AS product LEFT JOIN tracked USING (id)
    WHERE product.id = ANY(%(ids)s::bigint[])
"""
CHANGE = """
    UPDATE products SET stock = stock + difference
    FROM unnest(%s::bigint[], %s::bigint[]) AS change (id, difference)
    WHERE products.id = change.id AND stock IS NOT NULL
"""


class Article(NamedTuple):
    """A product at the moment of the command, its stock locked until the end."""

    id: int
    sku: str | None
    name: str
    category: str
    price: Decimal
    stock: int | None  # None: not tracked


def lock(run: Run, product_ids: Iterable[int]) -> Cursor[Any]:
    return run(LOCK, {"ids": array(sorted(set(product_ids)))})


def locked(cursor: Cursor[Any]) -> dict[int, Article]:
    return {row[0]: Article(*row) for row in cursor.fetchall()}


def change(run: Run, differences: Mapping[int, int]) -> None:
    """Adds to the stock of locked products, by id, where it is tracked."""
    if differences:
        run(CHANGE, [array(differences), array(differences.values())])


def put_back(run: Run, lines: Iterable[OrderLine]) -> None:
    """Locks the products of reversed lines and returns their pieces to stock."""
    pieces: Counter[int] = Counter()
    for line in lines:
        pieces[line.product_id] += line.quantity
    lock(run, pieces)
    change(run, pieces)
