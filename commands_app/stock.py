"""Products as a command needs them: what is sold, and how much of it is there."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

from commands_app.session import Result, array, execute
from messaging.events import OrderLine

# Rows are locked in the order of their ids, so that two commands never wait for each
# other in a circle; a product whose stock is not tracked is not locked at all.
LOCK = """
    WITH tracked AS (
        SELECT id, stock FROM products
        WHERE id = ANY($1::bigint[]) AND stock IS NOT NULL
        ORDER BY id FOR NO KEY UPDATE
    )
    SELECT product.id, sku, name, category, price, tracked.stock
    FROM products AS product LEFT JOIN tracked USING (id)
    WHERE product.id = ANY($1::bigint[])
"""
CHANGE = """
    UPDATE products SET stock = stock + difference
    FROM unnest($1::bigint[], $2::bigint[]) AS change (id, difference)
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


def lock(product_ids: Iterable[int]) -> Result:
    return execute(LOCK, array(sorted(set(product_ids))))


def locked(result: Result) -> dict[int, Article]:
    return {row[0]: Article(*row) for row in result.rows}


def change(differences: Mapping[int, int]) -> None:
    """Adds to the stock of locked products, by id, where it is tracked."""
    if differences:
        execute(CHANGE, array(differences), array(differences.values()))


def put_back(lines: Iterable[OrderLine]) -> None:
    """Locks the products of reversed lines and returns their pieces to stock."""
    pieces: Counter[int] = Counter()
    for line in lines:
        pieces[line.product_id] += line.quantity
    lock(pieces)
    change(pieces)
