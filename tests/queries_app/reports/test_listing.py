"""Lists: a cursor goes on where the page ended, and nowhere else."""

from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from django.http import QueryDict

from queries_app.errors import InvalidParameter
from queries_app.parameters import MAX_ID
from queries_app.reports.listing import LISTING, Key, Listing, listing
from queries_app.reports.question import Question, question

NOW = datetime(2024, 3, 1, tzinfo=UTC)


def asked(path: str, **given: str) -> Question:
    query = QueryDict(mutable=True)
    query.update(given)
    return question(query, own=LISTING, now=NOW, path=path)


def listed(
    *, keys: type[Key] = int, path: str = "/products/top", **given: str
) -> Listing:
    return listing(asked(path, **given), measures=["net_sales", "orders"], keys=keys)


def packed(*parts: Any) -> str:
    return urlsafe_b64encode(msgspec.json.encode(parts)).decode().rstrip("=")


def test_the_greatest_net_sales_come_first_50_of_them_unless_told_otherwise() -> None:
    assert listed()[:5] == (50, "net_sales", True, None, None)
    assert listed(order="orders", limit="500", q=" a  b ")[:4] == (
        *(500, "orders", False, "a b"),
    )


@pytest.mark.parametrize("value", [Decimal("12.30"), Decimal("-0.01"), 7, 0, None])
def test_a_cursor_tells_the_row_that_it_was_made_of(value: Decimal | None) -> None:
    cursor = listed(order="orders").next(value, 9)

    assert listed(order="orders", cursor=cursor, limit="7").after == (value, 9)


def test_a_name_may_be_a_key() -> None:
    cursor = listed(keys=str).next(7, "a/b \N{SNOWMAN}")

    after = listed(keys=str, cursor=cursor).after

    assert after == (7, "a/b \N{SNOWMAN}")


@pytest.mark.parametrize(
    "other",
    [
        {"order": "net_sales"},
        {"q": "x"},
        {"tz": "Europe/Berlin"},
        {"from": "2024-01-01"},
        {"compare": "previous_year"},
        {"attribution": "order_date"},
        {"labels": "current"},
        {"path": "/customers/top"},
    ],
)
def test_a_cursor_of_another_question_is_refused(other: dict[str, str]) -> None:
    cursor = listed().next(Decimal("1.00"), 9)

    with pytest.raises(InvalidParameter, match="other parameters"):
        listed(cursor=cursor, **other)


@pytest.mark.parametrize(
    "parts",
    [
        ("{bound}", "NaN", 1),
        ("{bound}", "Infinity", 1),
        ("{bound}", "1e999999", 1),
        ("{bound}", "1" * 41, 1),
        ("{bound}", "x", 1),
        ("{bound}", "1.00", 0),
        ("{bound}", "1.00", -1),
        ("{bound}", "1.00", MAX_ID + 1),
        ("{bound}", "1.00", 10**40),
        ("{bound}", "1.00", "name"),
        ("{bound}", "1.00", True),
        ("{bound}", "1.00", None),
        ("{bound}", 1, 1),
        ("{bound}", "1.00"),
        ("{bound}", "1.00", 1, 1),
        ({}, "1.00", 1),
        (),
    ],
)
def test_a_cursor_that_was_forged_is_refused(parts: tuple[Any, ...]) -> None:
    bound = listed().bound
    cursor = packed(*(bound if part == "{bound}" else part for part in parts))

    with pytest.raises(InvalidParameter, match="cursor"):
        listed(cursor=cursor)


@pytest.mark.parametrize("text", ["", "x", "!", "e30", "\N{SNOWMAN}", "A" * 2000, "=="])
def test_a_cursor_of_other_characters_is_refused(text: str) -> None:
    with pytest.raises(InvalidParameter, match="cursor"):
        listed(cursor=text)


def test_a_forged_name_with_nul_is_refused() -> None:
    cursor = packed(listed(keys=str).bound, "1.00", "a\0b")

    with pytest.raises(InvalidParameter, match="cursor"):
        listed(keys=str, cursor=cursor)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("limit", text)
            for text in (
                "0",
                "501",
                "-1",
                "",
                "x",
                "1.0",
                "\N{FULLWIDTH DIGIT NINE}",
                "9" * 99,
            )
        ),
        *(("order", text) for text in ("", "-", "--net_sales", "name", "+orders")),
        *(("q", text) for text in ("", "  ", "x" * 201, "a\0b")),
    ],
)
def test_what_a_list_takes_is_strict(name: str, value: str) -> None:
    with pytest.raises(InvalidParameter, match=name):
        listed(**{name: value})


def test_what_is_searched_for_has_no_signs_with_a_meaning() -> None:
    assert listed(q=r"50%_\ ").pattern == r"%50\%\_\\%"
