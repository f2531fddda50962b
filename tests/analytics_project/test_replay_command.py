"""The command verifies what it rebuilt, and says what it does."""

import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from analytics_project.reconcile import reconcile
from projections_app.models import Replay
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
    assert "the newest 14 were applied to temporary tables" in printed
    assert re.search(r"hourly_sales_view +0 +2 +0 +487.97 +2 *\n", printed)
    assert "customer_ltv_view" not in printed.partition("rows that change")[2]
    assert not reconcile().is_clean
    assert on_read_side("SELECT FROM sales_ledger") == 15


def test_a_dry_run_foresees_what_a_rebuild_from_the_ledger_changes() -> None:
    a_shop()
    deliver(without=event_ids("OrderCreated")[2:3])
    on_read_side("DELETE FROM hourly_sales_view")
    on_read_side("UPDATE customer_ltv_view SET total_spent = total_spent + 1")

    of_one = replay("customer_ltv", dry_run=True)
    of_all = replay(dry_run=True)
    replay()

    assert "it would be refused" in of_one  # as hourly_sales stays wrong
    assert "customer_ltv_view" in of_all.partition("rows that change")[2]
    assert re.search(r"hourly_sales_view +0 +2 ", of_all)
    assert "no row would change" in replay(dry_run=True)


def test_a_dry_run_foresees_that_the_ledger_is_wrong() -> None:
    a_shop()
    deliver()
    wrong = "UPDATE sales_ledger SET quantity = quantity + 1 WHERE id ="
    on_read_side(f"{wrong} (SELECT min(id) FROM sales_ledger)")

    printed = replay(dry_run=True)

    assert "it would be refused" in printed
    assert re.search(r"product_sales_view: 1 rows \(\d+\)", printed)
    with pytest.raises(CommandError, match="differ from the write side"):
        replay()


def test_the_newest_replay_can_be_looked_at() -> None:
    assert "none has run" in replay(status=True)
    a_shop()
    deliver()
    replay("customer_ltv", by="ann")

    printed = replay(status=True)

    assert "replay 1 from ledger: swapped" in re.sub(r"replay \d+", "replay 1", printed)
    assert "by ann" in printed
    assert "of customer_ltv" in printed
    assert Replay.objects.get().rows_verified == reconciled_rows()


def reconciled_rows() -> int:
    return sum(each.rows for each in reconcile().comparisons)


@pytest.mark.parametrize("word", ["pause", "resume", "cancel"])
def test_only_a_running_replay_can_be_spoken_to(word: str) -> None:
    with pytest.raises(CommandError, match="No replay is running"):
        replay(**{word: True})


def test_a_dead_replay_is_resumed_as_it_was_asked_for() -> None:
    a_shop()
    deliver()
    on_read_side("DELETE FROM hourly_sales_view")
    names = "customer_ltv hourly_sales"
    Replay.objects.create(source="ledger", names=names, started_by="ann")

    printed = replay(resume=True)

    assert "left nothing to go on with: begins again" in printed
    assert "swapped in: customer_ltv_view, hourly_sales_view" in printed
    assert [each.outcome for each in Replay.objects.order_by("id")] == [
        "died",
        "swapped",
    ]
    assert reconcile().is_clean


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
        (["--status", "--pause"], "--status takes nothing else"),
        (["--rollback"], "there is no previous generation"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments: list[str], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        replay(*arguments)
