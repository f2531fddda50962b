"""A file that is being written: of one moment, and gone with its client."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from django.http import StreamingHttpResponse
from django.test import Client
from pytest_django import Settings

from projections_app import projector
from queries_app import own_writes
from queries_app.reports import copying
from tests.messaging.builders import body_of
from tests.queries_app.reports.files import Download
from tests.queries_app.reports.sales import line, order

pytestmark = pytest.mark.usefixtures("shop")

EXPLAIN = {"metric": "net_sales", "from": "2024-01-01", "to": "2025-01-01"}
COPIES = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND query LIKE 'COPY%'
          AND pid <> pg_backend_pid()
"""


@pytest.fixture
def begun(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Begins a file; most of it is still to come."""
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    monkeypatch.setattr(copying, "CHUNK", 100)

    def begin(**query: str) -> StreamingHttpResponse:
        response = Client().get(
            "/api/analytics/explain", query_params={**EXPLAIN, "format": "csv"} | query
        )
        assert isinstance(response, StreamingHttpResponse)
        return response

    return begin


def test_a_process_writes_no_more_files_than_it_has_threads_to_spare(
    begun: Any, download: Download
) -> None:
    file = begun()

    refused = download("explain", **EXPLAIN, format="csv")

    assert refused.status == 503
    hang_up(file)
    assert download("explain", **EXPLAIN, format="csv").status == 200


def test_a_file_is_of_one_moment(begun: Any, download: Download) -> None:
    before = download("explain", **EXPLAIN, format="csv").body
    file = begun()

    with sold_elsewhere():
        written = file.getvalue()

    assert written == before
    assert before.count(b"\n") > 100


@contextmanager
def sold_elsewhere() -> Iterator[None]:
    """An order of the range that is committed, and taken out again."""
    sold = body_of(order(999, 1, "2024-03-05T10:00", line(1, "5.00")))
    elsewhere(lambda: projector.apply([sold]))
    yield
    elsewhere(lambda: execute("DELETE FROM sales_ledger WHERE order_id = 999"))


def execute(sql: str) -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(sql)


def elsewhere(work: Any) -> None:
    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_client_that_goes_away_ends_the_statement_and_frees_its_place(
    begun: Any,
) -> None:
    free = own_writes._places._value
    file = begun()
    assert own_writes._places._value == free - 1

    hang_up(file)

    assert own_writes._places._value == free
    eventually_no_copy()


def hang_up(file: Any) -> None:
    """After some of the file has come; as the server does, but within the test."""
    next(file.streaming_content)
    file._iterator.close()


def eventually_no_copy() -> None:
    deadline = time.monotonic() + 10
    with connections["read"].cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(COPIES)
            if cursor.fetchone() == (0,):
                return
            time.sleep(0.02)
    raise AssertionError("a COPY goes on")
