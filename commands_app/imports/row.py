"""A line of an order as it stands in the input: text, not yet checked."""

from typing import NamedTuple


class Row(NamedTuple):
    number: int  # line of the file, from 1
    reference: str
    customer_id: str
    placed_at: str
    sku: str
    product_name: str
    category: str
    quantity: str
    unit_price: str
    discount: str


COLUMNS = Row._fields[1:]
