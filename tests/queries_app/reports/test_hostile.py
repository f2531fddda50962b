"""What may come in addresses and parameters of the lists: 400, never a 500."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from tests.queries_app.api import Ask
from tests.queries_app.reports.sales import apply, example

LISTS = ("products/top", "categories/top", "customers/top")
ALL = (*LISTS, "products/1", "categories/a/report", "customers/1", "cohorts")


def packed(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "query",
    [
        {"order": "price"},
        {"order": "--net_sales"},
        {"order": ""},
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "1e2"},
        {"cursor": ""},
        {"cursor": "x"},
        {"cursor": "ä"},
        {"cursor": packed("[]")},
        {"cursor": packed('["", "1", 1]')},
        {"interval": "day"},
        {"page": "2"},
        {"from": "2024-03-01", "to": "2024-03-01"},
    ],
)
def test_a_list_refuses_what_it_does_not_know(
    ask: Ask, address: str, query: dict[str, str]
) -> None:
    answer = ask(address, **query)

    assert answer.is_problem(400)
    assert answer.body["parameter"] in {*query, "from"}


@pytest.mark.parametrize("address", ["products/top", "categories/top"])
@pytest.mark.parametrize("search", ["", " ", "a\0b", "x" * 201])
def test_a_search_for_nothing_or_too_much_is_refused(
    ask: Ask, address: str, search: str
) -> None:
    assert ask(address, q=search).is_problem(400)


def test_customers_have_no_names_to_search_in(ask: Ask) -> None:
    assert ask("customers/top", q="x").body["parameter"] == "q"


@pytest.mark.parametrize("address", LISTS)
@pytest.mark.parametrize(
    "change",
    [
        {"order": "-units"},
        {"attribution": "order_date"},
        {"labels": "current"},
        {"tz": "Asia/Kathmandu"},
        {"to": "2024-03-31"},
        {"compare": "previous_year"},
    ],
)
def test_a_cursor_belongs_to_its_question(
    ask: Ask, address: str, change: dict[str, str]
) -> None:
    apply(*example())
    query = {"from": "2024-02-01", "to": "2024-04-01", "limit": "1"}
    cursor = ask("customers/top", **query).body["next"]
    assert ask("customers/top", **query, cursor=cursor).status == 200

    answer = ask(address, **{**query, **change}, cursor=cursor)

    assert answer.is_problem(400)
    assert answer.body["parameter"] == "cursor"


@pytest.mark.parametrize(
    ("value", "key"),
    [
        *(("1.00", key) for key in ("0", "-1", '"a"', "99999999999999999999", "null")),
        *((value, "1") for value in ("1.00", "NaN", "1e9", "x", "9" * 60)),
    ],
)
def test_a_cursor_that_was_forged_with_care_is_refused_or_harmless(
    ask: Ask, value: str, key: str
) -> None:
    apply(*example())
    query = {"from": "2024-02-01", "to": "2024-04-01", "limit": "1"}
    honest = ask("customers/top", **query).body["next"]
    bound = unpacked(honest).split('"')[1]

    answer = ask(
        "customers/top", **query, cursor=packed(f'["{bound}","{value}",{key}]')
    )

    assert answer.status == (200 if (value, key) == ("1.00", "1") else 400)


def unpacked(cursor: str) -> str:
    return urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.0", "9" * 30])
@pytest.mark.parametrize("subject", ["products", "customers"])
def test_an_id_that_is_none_is_refused(ask: Ask, subject: str, number: str) -> None:
    assert ask(f"{subject}/{number}").is_problem(400)


@pytest.mark.parametrize("name", ["a%00b", "%ED%A0%80", "%FF", "x" * 5000])
def test_no_name_of_a_category_is_an_error_of_ours(ask: Ask, name: str) -> None:
    assert ask(f"categories/{name}/report").status in (200, 400)


def test_cohorts_are_not_compared(ask: Ask) -> None:
    assert ask("cohorts", compare="previous_year").body["parameter"] == "compare"


@pytest.mark.parametrize("address", ALL)
def test_an_unknown_parameter_is_refused_everywhere(ask: Ask, address: str) -> None:
    answer = ask(address, unknown="1")

    assert answer.is_problem(400)
    assert answer.body["parameter"] == "unknown"
