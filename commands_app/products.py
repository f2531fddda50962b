"""Creating and changing products; each change is told as an event of its own."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db import IntegrityError
from django.db.models.functions import Now

from commands_app import outbox
from commands_app.errors import SkuTaken, UnknownProduct
from commands_app.models import Product
from commands_app.outbox import Receipt
from commands_app.session import columns, execute, in_transaction
from messaging.envelope import new_event_id
from messaging.events import ProductCreated, ProductUpdated
from messaging.failpoints import fail_point

DRAW_IDS = """
    SELECT nextval(pg_get_serial_sequence('products', 'id'))
    FROM generate_series(1, $1)
"""
INSERT = """
    INSERT INTO products (id, sku, name, category, price, stock)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[],
                         $5::numeric[], $6::bigint[])
             AS given (id, sku, name, category, price, stock)
    ORDER BY sku
    ON CONFLICT (sku) DO NOTHING
"""


class NewProduct(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    category: str
    price: Decimal
    stock: int | None = None  # None: not tracked
    sku: str | None = None


class Revision(NamedTuple):
    version: int
    event_id: UUID


def create_products(products: Sequence[NewProduct]) -> list[Receipt]:
    """Creates all of the products or none; raises SkuTaken."""
    return in_transaction(lambda: _create(products)) if products else []


def update_product(product_id: int, changes: Mapping[str, Any]) -> Revision:
    """Sets columns of a product; raises UnknownProduct or SkuTaken."""
    return in_transaction(lambda: _update(product_id, changes))


def _create(products: Sequence[NewProduct]) -> list[Receipt]:
    drawn = execute(DRAW_IDS, len(products))
    events = {
        new_event_id(): ProductCreated(
            product_id=product_id, version=1, **msgspec.structs.asdict(product)
        )
        for product, (product_id,) in zip(products, drawn.rows, strict=True)
    }
    rows = [
        (e.product_id, e.sku, e.name, e.category, e.price, e.stock)
        for e in events.values()
    ]
    inserted = execute(INSERT, *columns(rows))
    outbox.append(events)
    if inserted.rowcount < len(products):
        raise SkuTaken(pointer="/sku")
    fail_point("products.created")
    return [Receipt(event.product_id, event_id) for event_id, event in events.items()]


def _update(product_id: int, changes: Mapping[str, Any]) -> Revision:
    product = Product.objects.select_for_update().filter(pk=product_id).first()
    if product is None:
        raise UnknownProduct
    for column, value in changes.items():
        setattr(product, column, value)
    product.version += 1
    _save(product, [*changes, "version"])
    event = ProductUpdated(
        product_id=product.pk,
        version=product.version,
        name=product.name,
        category=product.category,
        price=product.price,
        stock=product.stock,
        sku=product.sku,
    )
    event_id = new_event_id()
    outbox.append({event_id: event})
    fail_point("products.changed")
    return Revision(product.version, event_id)


def _save(product: Product, changed: list[str]) -> None:
    product.updated_at = Now()
    try:
        product.save(update_fields=[*changed, "updated_at"])
    except IntegrityError as error:
        if "products_sku" in str(error):
            raise SkuTaken(pointer="/sku") from error
        raise
