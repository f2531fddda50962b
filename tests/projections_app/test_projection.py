"""One declaration: applied live, rebuilt from nothing, or caught up, the same rows."""

from random import Random

import pytest
from django.db import connections

from projections_app import projector
from projections_app.models import SalesLedger
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS
from tests.projections_app.histories import Shop, bodies

each_projection = pytest.mark.parametrize(
    "projection", PROJECTIONS, ids=lambda projection: projection.name
)


@pytest.fixture
def cut() -> int:
    """A live history; the last row of the ledger at half of it."""
    history = bodies(Shop(Random(3)).history(products=5, orders=80))
    projector.apply(history[:60])
    middle = SalesLedger.objects.latest("id").id
    projector.apply(history[60:])
    return middle


def rows(table: str) -> set[tuple[object, ...]]:
    with connections["read"].cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return set(cursor.fetchall())


def run(sql: str, *values: object) -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(sql, values)


def make_shadow(projection: Projection) -> None:
    run(f"CREATE TEMP TABLE shadow (LIKE {projection.table} INCLUDING ALL)")


@each_projection
def test_a_rebuild_gives_the_rows_of_the_live_table(
    cut: int, projection: Projection
) -> None:
    make_shadow(projection)

    run(projection.rebuild(table="shadow"))

    assert rows("shadow") == rows(projection.table) != set()


@each_projection
def test_a_rebuild_up_to_a_row_and_a_catch_up_from_there_give_the_same(
    cut: int, projection: Projection
) -> None:
    make_shadow(projection)

    run(projection.rebuild(table="shadow", where="id <= %s"), cut)
    assert rows("shadow") != rows(projection.table)
    run(projection.upsert(table="shadow", where="id > %s"), cut)

    assert rows("shadow") == rows(projection.table)


@each_projection
def test_another_ledger_can_be_summed(cut: int, projection: Projection) -> None:
    make_shadow(projection)
    run("CREATE TEMP TABLE other (LIKE sales_ledger)")

    run(projection.rebuild(table="shadow", ledger="other"))
    assert rows("shadow") == set()
    run("INSERT INTO other SELECT * FROM sales_ledger")
    run(projection.upsert(table="shadow", ledger="other", where="true"))

    assert rows("shadow") == rows(projection.table)


def test_the_hottest_tables_are_written_last() -> None:
    assert [each.name for each in PROJECTIONS] == [
        "orders",
        "product_sales",
        "customer_ltv",
        "product_month",
        "category_metrics",
        "category_day",
        "sales_quarter",
        "hourly_sales",
    ]
