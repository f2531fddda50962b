"""Products: created in bulk, changed by column, told by event."""

from decimal import Decimal

import pytest

from commands_app.errors import SkuTaken, UnknownProduct
from commands_app.models import OutboxEvent, Product
from commands_app.products import NewProduct, create_products, update_product
from messaging.events import ProductCreated, ProductUpdated
from tests.commands_app.builders import events, product


def a_product(sku: str | None = None) -> NewProduct:
    return NewProduct(
        name="Mouse", category="Electronics", price=Decimal("29.90"), stock=7, sku=sku
    )


def test_products_are_created_and_told_in_their_order() -> None:
    receipts = create_products([a_product("B"), a_product("A"), a_product()])

    skus = [Product.objects.get(pk=receipt.id).sku for receipt in receipts]
    assert skus == ["B", "A", None]
    assert events()[0] == ProductCreated(
        product_id=receipts[0].id,
        version=1,
        name="Mouse",
        category="Electronics",
        price=Decimal("29.90"),
        stock=7,
        sku="B",
    )
    rows = OutboxEvent.objects.order_by("id").values_list("event_id", "subject")
    assert list(rows) == [(r.event_id, f"product/{r.id}") for r in receipts]
    assert create_products([]) == []


def test_one_sku_that_is_taken_refuses_them_all() -> None:
    create_products([a_product("A")])

    with pytest.raises(SkuTaken):
        create_products([a_product("B"), a_product("A")])


def test_a_change_tells_the_whole_product_with_its_next_version() -> None:
    product_id = product(sku="M-1", stock=5)

    update_product(product_id, {"price": Decimal("1.50")})
    revision = update_product(product_id, {"stock": None, "sku": None})

    stored = Product.objects.get(pk=product_id)
    assert (stored.version, stored.stock, stored.sku) == (3, None, None)
    assert stored.updated_at >= stored.created_at
    assert revision.version == 3
    assert events()[-1] == ProductUpdated(
        product_id=product_id,
        version=3,
        name="Mouse",
        category="Electronics",
        price=Decimal("1.50"),
    )


def test_a_product_that_does_not_exist_is_not_changed() -> None:
    with pytest.raises(UnknownProduct):
        update_product(1, {"name": "Mat"})
