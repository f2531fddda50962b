"""Files: their form, their names, and what is refused."""

import io
import json
import sys
from decimal import Decimal

import pytest
from pytest_django import Settings

from queries_app.reports import copying
from tests.queries_app.reports.files import Download, flat

pytestmark = pytest.mark.usefixtures("shop")

EXPLAIN = {"metric": "net_sales", "from": "2024-01-01", "to": "2025-01-01"}


# --- form -----------------------------------------------------------------------------
def test_text_that_a_spreadsheet_would_calculate_is_told_as_text(
    download: Download,
) -> None:
    file = download("explain", **EXPLAIN, format="csv")

    names = {row["productName"] for row in file.csv()[:-1]}
    assert {"'=1+1Thing 8", "'+49 30Thing 1", "'-5Thing 2", "'@nowThing 3"} <= names
    assert not [name for name in names if name.startswith(("=", "+", "-", "@", "\t"))]
    amounts = {row["amount"][:1] for row in file.csv()[:-1]}
    assert "-" in amounts
    assert "'" not in amounts


def test_json_is_told_as_it_is(download: Download) -> None:
    file = download("explain", **EXPLAIN, format="ndjson")

    names = {row["productName"] for row in file.ndjson()[:-1]}
    assert {
        "=1+1Thing 8",
        "\txThing 4",
        'a "b", cThing 5',
        "back\\slash\\nThing 6",
    } <= names
    assert "new\nlineThing 7" in names


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("ndjson", "application/x-ndjson"),
    ],
)
@pytest.mark.parametrize("path", ["products/top", "summary"])
def test_a_head_request_tells_all_but_the_file(
    download: Download, path: str, form: str, kind: str
) -> None:
    query = {"from": "2024-03-01", "to": "2024-04-01", "format": form}

    head, file = (download(path, method=each, **query) for each in ("HEAD", "GET"))

    name = f"{path.replace('/', '-')}_2024-03-01_2024-04-01.{form}"
    for answer in (head, file):
        assert answer.status == 200
        assert answer.headers["Content-Type"] == kind
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Analytics-As-Of"] == "2026-01-01T00:00:00.000Z"
        assert answer.headers["Analytics-Parked-Events"] == "0"
    assert head.body == b""
    assert file.body


def test_a_head_request_asks_for_no_rows(
    download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(copying, "snapshot")

    assert download("explain", method="HEAD", **EXPLAIN, format="csv").status == 200
    assert download("explain", **EXPLAIN, format="csv").status == 500


def test_a_name_in_the_address_makes_no_odd_file_name(download: Download) -> None:
    file = download(
        "categories/%C3%84hre%2F50%25/report", format="csv", **{"from": "2024-03-01"}
    )

    assert (
        'filename="categories-hre-50-report_2024-03-01_'
        in file.headers["Content-Disposition"]
    )


# --- refusals -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "name"),
    [
        ({"format": "xlsx"}, "format"),
        ({"format": "csv", "limit": "10"}, "limit"),
        ({"format": "ndjson", "cursor": "abc"}, "cursor"),
        ({"format": "csv", "metric": "profit"}, "metric"),
        ({"format": "csv", "from": "yesterday"}, "from"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_makes_no_sense_is_refused_before_a_file_begins(
    download: Download, query: dict[str, str], name: str, method: str
) -> None:
    file = download("explain", method=method, **EXPLAIN | query)

    assert file.status == 400
    assert file.headers["Content-Type"] == "application/problem+json"
    assert f'"parameter":"{name}"'.encode() in file.body or method == "HEAD"


def test_a_statement_that_fails_is_a_problem_not_half_a_file(
    download: Download, settings: Settings
) -> None:
    settings.EXPORT_TIMEOUT_S = -1  # which PostgreSQL refuses

    assert download("explain", **EXPLAIN, format="csv").status == 500


@pytest.mark.parametrize("path", ["explain", "products/top", "sales/timeseries"])
def test_a_parquet_file_is_the_csv_file_with_its_total_aside(
    download: Download, path: str
) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is no requirement")
    query = EXPLAIN if path == "explain" else {"compare": "previous_period"}

    file = download(path, **query, format="parquet")

    table = parquet.read_table(io.BytesIO(file.body))
    aside = parquet.read_metadata(io.BytesIO(file.body)).metadata
    *lines, total = download(path, **query, format="csv").csv()
    assert table.num_rows == len(lines)
    for name in ("netSales", "contribution", "previous.netSales"):
        if name in total:
            assert table[name].to_pylist() == [Decimal(line[name]) for line in lines]
            told = json.loads(aside[b"total"], parse_float=Decimal)
            assert flat(told)[name] == Decimal(total[name])
    asked = json.loads(aside[b"meta"])
    assert asked["asOf"] == total["asOf"]


def test_parquet_is_refused_with_what_to_install(
    download: Download, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    file = download("summary", format="parquet")

    assert file.status == 400
    assert b"requirements-parquet.txt" in file.body
