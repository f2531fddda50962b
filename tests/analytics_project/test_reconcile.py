"""Every planted error is found, to the cent, in every table and both ways."""

from decimal import Decimal

import pytest

from analytics_project.reconcile import reconcile
from analytics_project.truth import VIEWS
from tests.analytics_project.pipeline import (
    a_shop,
    deliver,
    on_read_side,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])

BY_TABLE = {view.table: view for view in VIEWS}
MONEY = {
    "total_revenue",
    "total_spent",
    "price",
    "gross",
    "discounts",
    "reversals",
    "reversals_by_order",
}

each_table = pytest.mark.parametrize("table", BY_TABLE)


def numbers(table: str) -> list[str]:
    view = BY_TABLE[table]
    return [
        column
        for column, kind in view.columns.items()
        if column not in view.key and kind != "text" and "time" not in kind
    ]


def first_row(table: str) -> str:
    key = ", ".join(BY_TABLE[table].key)
    return f"({key}) = (SELECT {key} FROM {table} ORDER BY {key} LIMIT 1)"


def test_a_shop_whose_events_are_all_applied_is_exact() -> None:
    a_shop()
    deliver()

    report = reconcile()

    assert report.is_clean
    assert report.comparisons[0].money == Decimal("487.97")
    assert [each.rows for each in report.comparisons] == [4, 3, 4, 2, 4, 2, 7, 7, 4]


def test_empty_databases_are_exact() -> None:
    assert reconcile().is_clean


@each_table
def test_one_cent_or_one_piece_too_much_is_found_in_every_column(table: str) -> None:
    a_shop()
    deliver()
    for column in numbers(table):
        amount = "0.01" if column in MONEY else "1"
        plant = f"UPDATE {table} SET {column} = {column} + %s WHERE {first_row(table)}"
        on_read_side(plant, Decimal(amount))

        report = reconcile()

        assert report.differences == 1, column
        [found] = [each for one in report.comparisons for each in one.examples]
        assert (found.table, found.cause) == (table, "wrong")
        assert found.found is not None
        assert found.expected is not None
        assert found.found[column] - found.expected[column] == Decimal(amount)
        on_read_side(plant, -Decimal(amount))


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("customer_ltv_view", "last_order_date = last_order_date + interval '1 us'"),
        ("customer_ltv_view", "first_order_date = null"),
        ("order_view", "placed_at = placed_at + interval '1 us'"),
        ("order_view", "last_reversal_at = null"),
        ("product_catalog", "name = name || ' '"),
        ("product_catalog", "category = upper(category)"),
        ("product_catalog", "sku = 'x'"),
    ],
)
def test_other_changes_are_found_too(table: str, change: str) -> None:
    a_shop()
    deliver()
    on_read_side(f"UPDATE {table} SET {change} WHERE {first_row(table)}")

    assert reconcile().differences == 1


@each_table
def test_a_missing_row_is_found(table: str) -> None:
    a_shop()
    deliver()
    on_read_side(f"DELETE FROM {table} WHERE {first_row(table)}")

    report = reconcile()

    [found] = [each for one in report.comparisons for each in one.examples]
    assert (found.table, found.found) == (table, None)


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("product_sales_view", "77, 0, 0, 0"),
        ("customer_ltv_view", "77, 0, 0, now()"),
        ("order_view", "77, 1, now(), 0, 0, 0, 0, 0, 0, 0"),
        ("sales_quarter_view", "'2026-01-01', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"),
        ("product_month_view", "'2026-01-01', 7, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"),
        ("category_day_view", "'2026-01-01', '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0"),
        ("category_metrics_view", "'Electronics ', 0, 0"),
        ("hourly_sales_view", "'2026-01-01', 0, 0"),
        ("product_catalog", "77, 1, null, 'x', 'y', 0"),
    ],
)
def test_a_row_that_was_never_asked_for_is_found(table: str, values: str) -> None:
    a_shop()
    deliver()
    on_read_side(f"INSERT INTO {table} VALUES ({values})")

    report = reconcile()

    [found] = [each for one in report.comparisons for each in one.examples]
    assert (found.table, found.expected) == (table, None)


def test_all_differences_are_counted_and_the_first_ones_told() -> None:
    a_shop()
    deliver()
    on_read_side("UPDATE product_sales_view SET order_count = order_count + 1")

    comparison = reconcile(examples=2).comparisons[0]

    assert (comparison.differences, len(comparison.examples)) == (4, 2)


def test_views_that_do_not_add_up_to_one_sum_are_noticed() -> None:
    a_shop()
    deliver()
    on_read_side("UPDATE hourly_sales_view SET total_revenue = total_revenue * 2")

    assert not reconcile().sums_agree
