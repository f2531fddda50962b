"""Lines that cannot be imported: each with its reason, and none of the others."""

import csv
from pathlib import Path

import pytest

from commands_app.imports.draft import Draft
from commands_app.imports.importer import Importer
from commands_app.imports.line import parse
from commands_app.imports.rejects import rejects_file
from commands_app.imports.row import Row
from commands_app.models import Order, OrderItem
from commands_app.sales import MAX_TOTAL
from tests.commands_app.imports_builders import line, run, run_lines, write

WRONG = [
    ("quantity", "0", "quantity is not above zero"),
    ("quantity", "-3", "quantity is not above zero"),
    ("quantity", "1.5", "quantity is not a whole number"),
    ("quantity", "1000001", "quantity is above 1,000,000"),
    ("quantity", "NaN", "quantity is not a number"),
    ("quantity", "1e3", "quantity is not a number"),
    ("quantity", "٣", "quantity is not a number"),
    ("quantity", "", "no quantity"),
    ("unit_price", "-0.01", "unit_price is negative"),
    ("unit_price", "1,50", "unit_price is not a number"),
    ("unit_price", "Infinity", "unit_price is not a number"),
    ("unit_price", "1.0000000001", "unit_price is not a number"),
    ("unit_price", "10000000000", "unit_price or the line's total is too large"),
    ("discount", "-1", "discount is negative or above price x quantity"),
    ("discount", "59.99", "discount is negative or above price x quantity"),
    ("customer_id", " ", "no customer_id"),
    ("customer_id", "0", "customer_id is not a whole number from 1"),
    ("customer_id", "Smith", "customer_id is not a whole number from 1"),
    ("customer_id", "9223372036854775808", "customer_id is not a whole number from 1"),
    ("placed_at", "", "placed_at is not an ISO 8601 date and time"),
    ("placed_at", "01.03.2017", "placed_at is not an ISO 8601 date and time"),
    ("placed_at", "2017-02-29", "placed_at is not an ISO 8601 date and time"),
    ("placed_at", "1969-12-31", "placed_at is before 1970 or in the future"),
    ("placed_at", "9999-12-31", "placed_at is before 1970 or in the future"),
    (
        "placed_at",
        "0001-01-01T00:00+14:00",
        "placed_at is not an ISO 8601 date and time",
    ),
    ("sku", "", "no sku"),
    ("sku", "x" * 101, "sku: Expected 1 to 100 characters"),
    ("product_name", "a\u202eb", "product_name: Expected text without"),
    ("category", "a\x00b", "category: Expected text without"),
    ("product_name", "a\ufffdb", "product_name is not valid UTF-8"),
    ("reference", " ", "no reference"),
    ("reference", "r" * 101, "reference: Expected 1 to 100 characters"),
]


@pytest.mark.parametrize(("column", "text", "reason"), WRONG)
def test_a_wrong_line_is_told_and_the_rest_imported(
    column: str, text: str, reason: str, tmp_path: Path
) -> None:
    wrong = line(reference="B-1") | {column: text}

    outcome = run_lines(tmp_path, line(), wrong, line(reference="C-1"))

    (reject,) = outcome.rejects
    assert reject["reason"].startswith(reason)
    assert (reject["line"], reject[column]) == ("3", text)
    assert Order.objects.count() == 2
    assert "1  " + reason in outcome.summary


def test_a_line_that_differs_from_its_order_is_rejected(tmp_path: Path) -> None:
    outcome = run_lines(
        tmp_path,
        line(),
        line(customer_id="8"),
        line(placed_at="2017-03-01T10:31:00Z"),
        line(placed_at="2017-03-01T11:30:00+01:00"),
        line(placed_at="2017-03-01 10:30"),
    )

    assert [reject["reason"] for reject in outcome.rejects] == [
        "customer_id differs from the order's first line",
        "placed_at differs from the order's first line",
    ]
    assert OrderItem.objects.filter(order__reference="A-1").count() == 3


def test_a_rejected_line_is_nobodys_first_line(tmp_path: Path) -> None:
    run_lines(tmp_path, line(quantity="0", customer_id="1"), line(customer_id="2"))

    assert Order.objects.get().customer_id == 2


def test_an_order_of_rejected_lines_alone_is_none(tmp_path: Path) -> None:
    outcome = run_lines(tmp_path, line(quantity="0"), line(sku=""))

    assert len(outcome.rejects) == 2
    assert not Order.objects.exists()


def test_the_lines_above_a_thousand_are_rejected(tmp_path: Path) -> None:
    outcome = run_lines(tmp_path, *[line()] * 1002)

    assert OrderItem.objects.count() == 1000
    assert {reject["line"] for reject in outcome.rejects} == {"1002", "1003"}
    assert "the order has more than 1,000 lines" in outcome.summary


def test_the_line_that_makes_a_total_too_large_is_rejected(tmp_path: Path) -> None:
    vast = line(unit_price="999999.99", quantity="1000000")

    outcome = run_lines(tmp_path, vast, vast)

    assert OrderItem.objects.count() == 1
    assert outcome.rejects[0]["reason"] == "the order's total is too large"


def test_an_order_that_the_write_side_refuses_says_why(tmp_path: Path) -> None:
    row = Row(2, *line(quantity="1000000", unit_price="999999.99").values())
    draft = Draft("A-1", parse(row).header)
    draft.rows, draft.lines = [row], [parse(row)] * 2  # above what `add` lets in

    with rejects_file(tmp_path / "rejects.csv") as rejects:
        Importer(rejects=rejects).run([draft], batch=1)

    assert rejects.reasons == {f"An order is worth at most {MAX_TOTAL}.": 1}


def test_mended_rejects_can_be_imported(tmp_path: Path) -> None:
    run_lines(tmp_path, line(quantity="none"))
    rejects = tmp_path / "orders.rejects.csv"
    rejects.write_text(rejects.read_text().replace("none", "4"))

    outcome = run(rejects)

    assert OrderItem.objects.get().quantity == 4
    assert outcome.rejects == []


def test_every_run_lists_all_rejects(tmp_path: Path) -> None:
    """Also those of orders that an earlier, interrupted run has imported."""
    path = write(tmp_path / "orders.csv", [line(), line(quantity="0")])
    run(path)

    assert len(run(path).rejects) == 1


def test_rejects_are_written_as_they_were(tmp_path: Path) -> None:
    odd = line(product_name='5" cable,\nlong', quantity="none", discount=" 1 ")

    outcome = run_lines(tmp_path, odd)

    assert {name: outcome.rejects[0][name] for name in odd} == odd
    with (tmp_path / "orders.rejects.csv").open(newline="") as file:
        assert next(csv.reader(file))[:2] == ["line", "reason"]
