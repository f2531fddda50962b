"""The command verifies what it rebuilt, and says what it does."""

from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from analytics_project.reconcile import reconcile
from tests.analytics_project.pipeline import (
    a_shop,
    deliver,
    event_ids,
    on_read_side,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@pytest.fixture(autouse=True)
def no_generations() -> Iterator[None]:
    yield
    with connections["read"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS replay_previous CASCADE")


def replay(*arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command("replay_projections", *arguments, stdout=out, **options)
    return out.getvalue()


def test_a_rebuild_heals_and_says_how_long_readers_waited() -> None:
    a_shop()
    deliver()
    on_read_side("DELETE FROM hourly_sales_view")

    printed = replay()

    assert reconcile().is_clean
    assert "swapped in: order_view, product_sales_view, customer_ltv_view" in printed
    assert "readers waited" in printed


def test_a_wrong_ledger_is_not_rolled_up_but_rebuilt_from_the_outbox() -> None:
    a_shop()
    deliver()
    on_read_side(
        "UPDATE sales_ledger SET gross = gross + 0.01, amount = amount + 0.01"
        " WHERE id = (SELECT min(id) FROM sales_ledger)"
    )

    with pytest.raises(CommandError, match="differ from the write side: 1 in product_"):
        replay()
    assert reconcile().is_clean  # the views were and are right
    replay("--from", "outbox")

    assert reconcile().is_clean
    replay()


def test_events_on_their_way_or_lost_are_no_obstacle() -> None:
    a_shop()
    deliver(without=event_ids("OrderCreated")[2:3])

    replay()

    assert len(reconcile().lost) == 1
    replay("--from", "outbox")
    assert reconcile().is_clean


def test_a_dry_run_tells_and_changes_nothing() -> None:
    a_shop()
    deliver()
    on_read_side("DELETE FROM hourly_sales_view")

    printed = replay("--from", "outbox", dry_run=True)

    assert "sales_ledger, product_catalog, order_view, product_sales_view" in printed
    assert "events in the outbox: 14" in printed
    assert "lines in the ledger: 15" in printed
    assert not reconcile().is_clean


def test_a_dry_run_of_nothing_works_too() -> None:
    assert "lines in the ledger: 0" in replay(dry_run=True)


def test_a_rollback_undoes_the_newest_swap() -> None:
    a_shop()
    deliver()
    replay()

    assert "swapped in" in replay(rollback=True)
    assert reconcile().is_clean


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["sales"], "no projection sales; there are orders, product_sales"),
        (["customer_ltv", "--from", "outbox"], "rebuilds all tables together"),
        (["customer_ltv", "--rollback"], "takes nothing else"),
        (["--rollback"], "there is no previous generation"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        replay(*arguments)
