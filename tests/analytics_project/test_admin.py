"""The admin as a whole: every page opens, none edits, none grows with its table."""

import re

import pytest
from django.contrib import admin
from django.db import connections
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext

from analytics_project.admin import read_only
from commands_app.models import Order, OutboxEvent, Product
from projections_app.models import DeadLetter, SalesLedger
from tests.analytics_project.admin_pages import act, fill, list_of, page_of, staff
from tests.commands_app.builders import line, place, product

ROOMS = {"analytics_project", "commands_app", "projections_app"}
MODELS = [model for model in admin.site._registry if model._meta.app_label in ROOMS]


@pytest.fixture
def boss() -> Client:
    return staff(superuser=True)


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def queries_of(client: Client, address: str) -> list[str]:
    with (
        CaptureQueriesContext(connections["default"]) as commands,
        CaptureQueriesContext(connections["read"]) as queries,
    ):
        text_of(client, address)
    both = commands.captured_queries + queries.captured_queries
    return [query["sql"] for query in both]


def test_every_list_and_every_page_opens_and_offers_no_edit(boss: Client) -> None:
    fill()

    assert len(MODELS) == 20
    for model in MODELS:
        row = model.objects.first()
        assert row is not None, model
        for page in text_of(boss, list_of(model)), text_of(boss, page_of(row)):
            assert f"{list_of(model)}add/" not in page
            assert not re.search('name="_save"|class="deletelink"', page)


@pytest.mark.parametrize("model", MODELS)
def test_nobody_adds_changes_or_deletes_a_row(boss: Client, model: type[Model]) -> None:
    fill()
    row = model._default_manager.first()
    assert row is not None

    for address in (
        f"{list_of(model)}add/",
        page_of(row),
        page_of(row).replace("/change/", "/delete/"),
    ):
        assert boss.post(address, {"post": "yes"}).status_code == 403
    assert "delete_selected" not in text_of(boss, list_of(model))


def test_a_list_of_many_rows_takes_as_many_queries_as_a_list_of_one(
    boss: Client,
) -> None:
    fill()
    before = {model: len(queries_of(boss, list_of(model))) for model in MODELS}
    for _ in range(5):
        fill()

    assert {m: len(queries_of(boss, list_of(m))) for m in MODELS} == before


def test_a_page_of_many_lines_takes_as_many_queries_as_a_page_of_one(
    boss: Client,
) -> None:
    mouse = product()
    short = Order.objects.get(pk=place(line(mouse)).id)
    long = Order.objects.get(pk=place(*[line(mouse)] * 40).id)

    text_of(boss, page_of(short))  # what is read once a process is read now
    for_short = len(queries_of(boss, page_of(short)))
    assert len(queries_of(boss, page_of(long))) == for_short


def test_no_query_counts_a_whole_table_or_looks_for_distinct_values(
    boss: Client,
) -> None:
    fill()

    for model in MODELS:
        for sql in queries_of(boss, list_of(model)):
            assert "DISTINCT" not in sql
            assert "COUNT(" not in sql or f"LIMIT {read_only.MAX_COUNT}" in sql


def test_a_longer_list_than_is_counted_says_so_and_acts_on_what_it_counted(
    boss: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_only, "MAX_COUNT", 3)
    monkeypatch.setattr("analytics_project.admin.outbox.MAX_COUNT", 3)
    for _ in range(5):
        product()
    OutboxEvent.objects.update(published_at="2026-01-01T00:00Z")

    assert "the first 3" in text_of(boss, list_of(OutboxEvent))
    act(boss, "publish_again", *OutboxEvent.objects.all()[:1], everything=True)
    assert OutboxEvent.objects.filter(published_at=None).count() == 3


@pytest.mark.parametrize("term", ["nonsense", "9" * 40, "-1", "1 2", "%", "'\""])
@pytest.mark.parametrize("model", [OutboxEvent, Order, SalesLedger, DeadLetter])
def test_a_search_for_what_is_not_there_finds_nothing(
    boss: Client, model: type[Model], term: str
) -> None:
    fill()

    answer = boss.get(list_of(model), {"q": term})
    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 0


def test_rows_are_found_by_whole_ids_alone(boss: Client) -> None:
    mouse = product(sku="M-1")
    order = place(line(mouse), reference="shop-77")

    def found(model: type[Model], term: object) -> list[int]:
        answer = boss.get(list_of(model), {"q": str(term)})
        return [row.pk for row in answer.context["cl"].result_list]

    event = OutboxEvent.objects.get(event_id=order.event_id)
    assert found(OutboxEvent, order.event_id) == found(OutboxEvent, event.pk)
    assert found(OutboxEvent, order.event_id) == [event.pk]
    assert found(Product, "M-1") == found(Product, mouse) == [mouse]
    assert found(Order, "shop-77") == [order.id]
    assert found(Order, "shop-7") == []


def test_who_may_not_view_sees_nothing() -> None:
    client = staff()

    assert client.get(list_of(OutboxEvent)).status_code == 403
    assert Client().get(list_of(OutboxEvent)).status_code == 302  # to the login
