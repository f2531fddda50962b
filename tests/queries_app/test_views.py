"""The four figures: exactly the bodies that clients know, and strict addresses."""

from datetime import UTC, datetime
from decimal import Decimal
from urllib.parse import quote

import msgspec
import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from projections_app import projector
from projections_app.models import CategoryMetrics, CustomerLtv, ProductSales
from tests.messaging.builders import an_order, body_of
from tests.queries_app.api import Ask

BIGGEST = 2**63 - 1
MONEY = Decimal("59.98")
NO_IDS = [
    *("abc", "1abc", "0", "-1", "+1", "1.0", " 1", "1_0", "1e3"),
    "\N{FULLWIDTH DIGIT SEVEN}",
    str(BIGGEST + 1),
    "9" * 30,
]
QUESTIONS = [
    "products/1/sales",
    "categories/Electronics/revenue",
    "customers/1/lifetime-value",
    "sales/hourly",
    "sync-status",
]


@pytest.fixture(autouse=True)
def _figures() -> None:
    last = datetime(2024, 1, 15, 10, 30, tzinfo=UTC)
    ProductSales.objects.create(
        product_id=1, total_quantity_sold=2, total_revenue=MONEY, order_count=1
    )
    for name in ("Electronics", "Home/Garden", "Zażółć & gęślą"):
        CategoryMetrics.objects.create(
            category_name=name, total_revenue=MONEY, total_orders=1
        )
    CustomerLtv.objects.create(
        customer_id=1, total_spent=MONEY, order_count=1, last_order_date=last
    )


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            "products/1/sales",
            '{"productId":1,"totalQuantitySold":2,"totalRevenue":59.98,"orderCount":1}',
        ),
        (
            "categories/Electronics/revenue",
            '{"category":"Electronics","totalRevenue":59.98,"totalOrders":1}',
        ),
        (
            "customers/1/lifetime-value",
            '{"customerId":1,"totalSpent":59.98,"orderCount":1,'
            '"lastOrderDate":"2024-01-15T10:30:00.000Z"}',
        ),
    ],
)
def test_a_figure_has_the_body_that_clients_know(
    ask: Ask, path: str, text: str
) -> None:
    answer = ask(path)

    assert (answer.status, answer.text) == (200, text)
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            f"products/{BIGGEST}/sales",
            f'{{"productId":{BIGGEST},"totalQuantitySold":0,"totalRevenue":0.00,'
            '"orderCount":0}',
        ),
        (
            "categories/constructor/revenue",
            '{"category":"constructor","totalRevenue":0.00,"totalOrders":0}',
        ),
        (
            "customers/9/lifetime-value",
            '{"customerId":9,"totalSpent":0.00,"orderCount":0,"lastOrderDate":null}',
        ),
    ],
)
def test_what_was_never_seen_has_zeros(ask: Ask, path: str, text: str) -> None:
    answer = ask(path)

    assert (answer.status, answer.text) == (200, text)


@pytest.mark.parametrize("sum_", ["99999999999999999999.99", "-0.01", "0.10", "1e3"])
def test_money_is_written_with_exactly_the_stored_decimals(ask: Ask, sum_: str) -> None:
    ProductSales.objects.update(total_revenue=Decimal(sum_))

    assert f'"totalRevenue":{Decimal(sum_):.2f},' in ask("products/1/sales").text


@pytest.mark.parametrize("text", NO_IDS)
@pytest.mark.parametrize("path", ["products/{}/sales", "customers/{}/lifetime-value"])
def test_an_id_that_is_no_positive_bigint_is_refused_and_never_taken_for_another(
    ask: Ask, path: str, text: str
) -> None:
    assert ask(path.format(quote(text))).is_problem(400)


@pytest.mark.parametrize(
    "address",
    [
        "Home/Garden",
        "Home%2FGarden",
        "%20Home%2FGarden",
        quote("Zażółć & gęślą"),
        quote("Zaz\u0307o\u0301łc\u0301  & ge\u0328s\u0301la\u0328"),  # decomposed
    ],
)
def test_a_category_is_found_by_its_name_however_it_is_written(
    ask: Ask, address: str
) -> None:
    assert ask(f"categories/{address}/revenue").body["totalRevenue"] == MONEY


@pytest.mark.parametrize("address", ["a%00b", "%00"])
def test_a_category_with_nul_is_refused_and_no_500(ask: Ask, address: str) -> None:
    assert ask(f"categories/{address}/revenue").is_problem(400)


@pytest.mark.parametrize(
    "address", ["%FF", "%ED%A0%80", "%zz", "a%0Ab", "%0A", "'; DROP TABLE x--"]
)
def test_a_category_of_any_bytes_is_just_not_known(ask: Ask, address: str) -> None:
    assert ask(f"categories/{quote(address, safe='%')}/revenue").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_nothing_but_get_and_head_is_served(ask: Ask, method: str) -> None:
    answer = ask("products/1/sales", method=method)

    assert answer.is_problem(405)
    assert answer.headers["Allow"] == "GET, HEAD"


def test_head_tells_the_length_and_sends_nothing(ask: Ask) -> None:
    answer = ask("products/1/sales", method="HEAD")

    assert (answer.status, answer.text) == (200, "")
    assert int(answer.headers["Content-Length"]) == len(ask("products/1/sales").text)


@pytest.mark.parametrize(
    "path",
    [
        "products/1/sales",
        "categories/Electronics/revenue",
        "sales/hourly",
        "sync-status",
    ],
)
def test_a_question_costs_one_statement(ask: Ask, path: str) -> None:
    ask(path)  # what is known of the pipeline is kept for 200 ms
    with CaptureQueriesContext(connections["read"]) as statements:
        assert ask(path).status == 200

    assert len(statements) == 1


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_question_before_the_tables_are_made_is_no_500(ask: Ask, path: str) -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")  # rolled back after the test

    assert ask(path).is_problem(503)


def test_an_order_with_two_lines_of_one_product_is_not_counted_twice(ask: Ask) -> None:
    (line,) = an_order().lines
    lines = (line, msgspec.structs.replace(line, line_no=2))
    order = an_order(lines=lines, total=2 * line.amount)

    assert projector.apply([body_of(order)]) == []

    assert ask(f"products/{line.product_id}/sales").body["orderCount"] == 1
