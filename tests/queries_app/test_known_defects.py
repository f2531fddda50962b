"""Defects of other systems of this kind on their read side."""

from django.db import connections

from tests.queries_app.api import Ask
from tests.queries_app.test_sync_status import database_now, state


def test_the_lag_is_not_searched_for_in_a_table_that_grows(ask: Ask) -> None:
    state(watermark=database_now(), last=database_now())
    with connections["read"].cursor() as cursor:  # rolled back after the test
        cursor.execute("DROP TABLE processed_events, sales_ledger")

    assert ask("sync-status").body["lagSeconds"] == 0
