"""The truth of projections that are declared in one file: their own SELECT.

It is run over what the write side's business tables say, in place of the ledger. So
what was lost, doubled or changed on the way shows; a mistake in the SELECT does not.
"""

from collections.abc import Mapping
from typing import NamedTuple

from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS

TRUE_LEDGER = """
    SELECT event_id, kind, order_id, customer_id, product_id, sku, product_name,
           category, quantity, gross, gross - amount AS discount, amount, occurred_at,
           placed_at AS order_placed_at, state
    FROM line
"""


class DeclaredView(NamedTuple):
    """As View, of a table that no model stands for."""

    projection: Projection
    money: None = None

    @property
    def table(self) -> str:
        return self.projection.table

    @property
    def key(self) -> list[str]:
        return list(self.projection.key)

    @property
    def columns(self) -> Mapping[str, str]:
        return self.projection.types or {}

    @property
    def expected(self) -> str:
        key, of = ", ".join(self.key), self.projection.select
        return f"""
            WITH true_ledger AS ({TRUE_LEDGER}),
            truth AS ({of(ledger="true_ledger")}),
            lost AS ({of(ledger="true_ledger", where="state = 'lost'")}),
            parked AS ({of(ledger="true_ledger", where="state = 'parked'")})
            SELECT *, ({key}) IN (SELECT {key} FROM lost) AS lost,
                   ({key}) IN (SELECT {key} FROM parked) AS parked
            FROM truth
        """  # noqa: S608 (names of our own)


DECLARED_VIEWS = [DeclaredView(each) for each in PROJECTIONS if each.types]
