"""The product catalogue: every product as of its newest version seen."""

from collections.abc import Sequence

import msgspec
from django.db.backends.utils import CursorWrapper

from messaging.events import ProductState

_UPSERT = """
    INSERT INTO product_catalog AS target
           (product_id, version, sku, name, category, price)
    SELECT DISTINCT ON (product_id) product_id, version, sku, name, category, price
      FROM jsonb_populate_recordset(NULL::product_catalog, %s::jsonb)
     ORDER BY product_id, version DESC
        ON CONFLICT (product_id) DO UPDATE
       SET (version, sku, name, category, price) = (
               excluded.version, excluded.sku, excluded.name, excluded.category,
               excluded.price
           )
     WHERE target.version < excluded.version
"""


def upsert(cursor: CursorWrapper, products: Sequence[ProductState]) -> None:
    if products:
        rows = [msgspec.structs.asdict(each) for each in products]
        cursor.execute(_UPSERT, [msgspec.json.encode(rows).decode()])
