"""A random shop that is committed: a file has a connection of its own."""

from collections.abc import Iterator

import msgspec
import pytest
from django.db import connections
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from messaging.events import Event, ProductState
from projections_app import projector
from tests.messaging.builders import body_of
from tests.projections_app.messages import a_watermark
from tests.queries_app.reports.files import Download, File
from tests.queries_app.reports.sales import at
from tests.queries_app.reports.shop import Shop

AWKWARD = (
    "=1+1",
    "+49 30",
    "-5",
    "@now",
    "\tx",
    'a "b", c',
    "back\\slash\\n",
    "new\nline",
)
TABLES = """
    SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables
    WHERE schemaname = 'public' AND tablename <> 'django_migrations'
"""


@pytest.fixture(scope="module")
def shop(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Of products with names that files have to take care of."""
    with django_db_blocker.unblock():
        events = [body_of(renamed(event)) for event in Shop(51).events]
        assert projector.apply([*events, a_watermark(at("2026-01-01"))]) == []
        yield
        with connections["read"].cursor() as cursor:
            cursor.execute(TABLES)
            cursor.execute(f"TRUNCATE {cursor.fetchone()[0]} RESTART IDENTITY")


def renamed(event: Event) -> Event:
    if isinstance(event, ProductState):
        return msgspec.structs.replace(
            event, name=awkward(event.product_id, event.name)
        )
    lines = [
        msgspec.structs.replace(line, name=awkward(line.product_id, line.name))
        for line in event.lines
    ]
    return msgspec.structs.replace(event, lines=tuple(lines))


def awkward(product: int, name: str) -> str:
    return AWKWARD[product % len(AWKWARD)] + name


@pytest.fixture
def download(settings: Settings) -> Download:
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    client = Client(raise_request_exception=False)

    def download(path: str, *, method: str = "GET", **query: str) -> File:
        response = client.generic(
            method, f"/api/analytics/{path}", query_params=query or None
        )
        return File(response.status_code, response.headers, response.getvalue())

    return download
