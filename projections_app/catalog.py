"""The product catalogue: every product as of its newest version seen."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from messaging.events import ProductState

_COLUMNS = ("product_id", "version", "sku", "name", "category", "price")

_UPSERT = """
    INSERT INTO product_catalog AS target
           (product_id, version, sku, name, category, price)
    SELECT DISTINCT ON (product_id) *
      FROM unnest(
               %s::bigint[], %s::int[], %s::text[], %s::text[], %s::text[],
               %s::numeric[]
           ) AS event (product_id, version, sku, name, category, price)
     ORDER BY product_id, version DESC
        ON CONFLICT (product_id) DO UPDATE
       SET (version, sku, name, category, price) = (
               excluded.version, excluded.sku, excluded.name, excluded.category,
               excluded.price
           )
     WHERE target.version < excluded.version
"""


def upsert(cursor: CursorWrapper, products: Sequence[ProductState]) -> None:
    if not products:
        return
    arrays = [[getattr(each, column) for each in products] for column in _COLUMNS]
    cursor.execute(_UPSERT, arrays)
