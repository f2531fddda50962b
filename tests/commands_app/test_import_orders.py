"""Importing a file: which orders come of which lines."""

import random
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from commands_app.models import Order, OrderItem, OutboxEvent, Product
from tests.commands_app.builders import line as new_line
from tests.commands_app.builders import place, product
from tests.commands_app.imports_builders import (
    line,
    run,
    run_lines,
    shop,
    stored,
    write,
)


def test_lines_of_one_reference_become_one_order(tmp_path: Path) -> None:
    outcome = run_lines(
        tmp_path,
        line(quantity="2"),
        line(reference="A-2", customer_id="8"),
        line(sku="K-1", product_name="Keyboard", unit_price="50", discount="0.5"),
    )

    first = Order.objects.get(reference="A-1")
    assert (first.customer_id, first.total) == (7, Decimal("159.48"))
    assert first.placed_at == datetime(2017, 3, 1, 10, 30, tzinfo=UTC)
    lines = OrderItem.objects.filter(order=first).order_by("line_no")
    assert [item.sku for item in lines] == ["M-1", "K-1"]
    assert lines[1].discount == Decimal("0.50")
    assert "Imported 2 orders with 3 lines" in outcome.summary
    assert "New products: 2" in outcome.summary


def test_shuffled_lines_make_the_same_orders(tmp_path: Path) -> None:
    lines = shop(60)
    run_lines(tmp_path, *lines, batch=7)
    expected = {name: sorted(map(str, order)) for name, order in stored().items()}
    OrderItem.objects.all().delete()
    Order.objects.all().delete()

    run_lines(tmp_path, *random.sample(lines, len(lines)), batch=7)

    found = {name: sorted(map(str, order)) for name, order in stored().items()}
    assert found == expected


def test_a_repeated_import_adds_nothing(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", [*shop(40), line(quantity="0")])
    tables = (Order, OrderItem, OutboxEvent, Product)
    first = run(path, batch=15)
    before = [table.objects.count() for table in tables]

    again = run(path, batch=15)

    assert [table.objects.count() for table in tables] == before
    assert "Imported 0 orders" in again.summary
    assert "Already there: 40 orders" in again.summary
    assert again.rejects == first.rejects


def test_an_order_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    place(new_line(product(sku="M-1")), customer_id=99, reference="A-1")

    run_lines(tmp_path, line(), line(reference="A-2"))

    assert Order.objects.get(reference="A-1").customer_id == 99
    assert Order.objects.get(reference="A-2").customer_id == 7


def test_a_known_product_keeps_its_name_and_lends_its_id(tmp_path: Path) -> None:
    mouse = product(sku="M-1", name="Mouse v2", stock=None)

    run_lines(tmp_path, line(product_name="Old mouse", category="Old"))

    item = OrderItem.objects.get()
    assert (item.product_id, item.product_name) == (mouse, "Old mouse")
    assert item.category == "Old"
    assert Product.objects.get().name == "Mouse v2"


def test_a_new_product_has_no_stock_and_its_first_price(tmp_path: Path) -> None:
    run_lines(tmp_path, line(unit_price="3"), line(unit_price="4", product_name="X"))

    made = Product.objects.get()
    assert (made.name, made.stock, made.price) == ("Mouse", None, Decimal("3.00"))


def test_missing_names_are_called_unknown(tmp_path: Path) -> None:
    run_lines(tmp_path, line(product_name=" ", category=""))

    item = OrderItem.objects.get()
    assert (item.product_name, item.category) == ("Unknown", "Uncategorised")


def test_references_that_differ_in_white_space_are_one_order(tmp_path: Path) -> None:
    run_lines(tmp_path, line(reference="A  1"), line(reference=" A 1 "))

    assert Order.objects.get().reference == "A 1"


def test_a_dry_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    outcome = run_lines(tmp_path, *shop(5), line(quantity="-1"), dry_run=True)

    assert "Would import 5 orders with 15 lines" in outcome.summary
    assert len(outcome.rejects) == 1
    assert not Order.objects.exists()
    assert not Product.objects.exists()
    assert not OutboxEvent.objects.exists()


def test_a_limit_counts_whole_orders(tmp_path: Path) -> None:
    run_lines(tmp_path, *random.sample(lines := shop(9), len(lines)), limit=4)

    assert Order.objects.count() == 4
    assert OrderItem.objects.count() == 12


def test_only_the_order_that_lacks_stock_is_refused(tmp_path: Path) -> None:
    product(sku="M-1", stock=3)
    short = [line(reference="B-1"), line(reference="B-2")]

    outcome = run_lines(tmp_path, *shop(10), *short)

    assert Order.objects.count() == 11
    assert Product.objects.get(sku="M-1").stock == 1
    (reject,) = outcome.rejects
    assert reject["reference"] == "B-2"
    assert reject["reason"] == "There is not enough stock of this product."


def test_an_order_placed_meanwhile_counts_as_already_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(new_line(product(sku="M-1", stock=None)), reference="R-3")
    monkeypatch.setattr("commands_app.imports.importer.by_reference", lambda _: {})

    outcome = run_lines(tmp_path, *shop(8))

    assert "Imported 7 orders" in outcome.summary
    assert "Already there: 1 orders" in outcome.summary


def test_the_rejects_may_not_overwrite_the_input(tmp_path: Path) -> None:
    path = write(tmp_path / "orders.csv", [line()])

    with pytest.raises(CommandError, match="overwrite"):
        call_command("import_orders", path, rejects=path)
