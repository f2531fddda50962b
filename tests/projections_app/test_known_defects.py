"""Defects of other systems of this kind on their way to the figures."""

import time
from collections.abc import Iterator

import pytest
from django.db import connections

from projections_app import projector
from projections_app.models import CategoryMetrics
from tests.messaging.builders import an_order, body_of
from tests.projections_app.conftest import Queues
from tests.projections_app.messages import a_line

KATHMANDU = "Asia/Kathmandu"  # its hours begin at a quarter past those of UTC


def rows(query: str) -> list[tuple[object, ...]]:
    with connections["read"].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


@pytest.mark.parametrize(
    "name", ["constructor", "__proto__", "__class__", "keys", "None", "null", "0", "%s"]
)
def test_a_category_is_not_lost_for_its_name(name: str) -> None:
    order = a_line(category=name)

    assert projector.apply([body_of(order)]) == []

    category = CategoryMetrics.objects.get()
    assert (category.category_name, category.total_revenue) == (name, order.total)


@pytest.fixture
def _far_away(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process and a session in another time zone."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", KATHMANDU)
        time.tzset()
        with connections["read"].cursor() as cursor:
            cursor.execute(f"SET TIME ZONE '{KATHMANDU}'")  # until the rollback
        yield
    time.tzset()


@pytest.mark.usefixtures("_far_away")
def test_an_hour_is_not_cut_by_the_local_time_of_process_or_session() -> None:
    assert projector.apply([body_of(an_order())]) == []

    hour = "to_char(hour_timestamp AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')"
    assert rows(f"SELECT {hour} FROM hourly_sales_view") == [("2026-03-01 12:00",)]


def test_no_moment_is_stored_without_its_zone() -> None:
    naive = rows(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND data_type = 'timestamp without time zone'"
    )

    assert naive == []


@pytest.mark.django_db(transaction=True, databases=["read"])
def test_events_do_not_cost_a_commit_each(queues: Queues) -> None:
    queues.publish(*(body_of(an_order(order_id=n)) for n in range(1, 201)))

    queues.consume(200)

    written = rows("SELECT count(*), count(DISTINCT xmin::text) FROM processed_events")
    [(events, transactions)] = written
    assert events == 200
    assert int(str(transactions)) <= 20
