"""Finds the products of order lines by sku, and creates those that are new."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Protocol

from django.db import connection

from commands_app.errors import SkuTaken
from commands_app.imports.line import Line
from commands_app.outbox import Receipt
from commands_app.products import NewProduct

BY_SKU = "SELECT sku, id FROM products WHERE sku = ANY(%s)"


class Create(Protocol):
    def __call__(self, products: Sequence[NewProduct], /) -> list[Receipt]: ...


class Catalogue:
    """Product ids by sku; remembers all that it was asked for."""

    def __init__(self, create: Create) -> None:
        self._create = create
        self._ids: dict[str, int] = {}
        self.created = 0

    def ids(self, lines: Iterable[Line]) -> Mapping[str, int]:
        """A new product is named and priced as in its first line, without stock."""
        firsts: dict[str, Line] = {}
        for line in lines:
            if line.article.sku not in self._ids:
                firsts.setdefault(line.article.sku, line)
        while missing := self._missing(firsts):
            self._add([firsts[sku] for sku in missing])
        return self._ids

    def _missing(self, skus: Collection[str]) -> list[str]:
        unknown = [sku for sku in skus if sku not in self._ids]
        if unknown:
            with connection.cursor() as cursor:
                cursor.execute(BY_SKU, [unknown])
                self._ids.update(cursor.fetchall())
        return [sku for sku in unknown if sku not in self._ids]

    def _add(self, lines: Sequence[Line]) -> None:
        products = [_product(line) for line in lines]
        try:
            receipts = self._create(products)
        except SkuTaken:
            return  # someone else was quicker: it will be found now
        for line, receipt in zip(lines, receipts, strict=True):
            self._ids[line.article.sku] = receipt.id
        self.created += len(receipts)


def _product(line: Line) -> NewProduct:
    return NewProduct(
        name=line.article.name,
        category=line.article.category,
        price=line.amounts.price,
        sku=line.article.sku,
    )
