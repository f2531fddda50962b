"""Old events leave the outbox for the archive, unless something still needs them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError
from django.db import connections

from commands_app import archive, outbox, partitions
from commands_app.models import OutboxEvent
from messaging.envelope import decode
from projections_app import dead_letters
from projections_app.errors import InconsistentEvent
from tests.analytics_project.auditing import NOW
from tests.analytics_project.pipeline import (
    a_shop,
    deliver,
    event_ids,
    on_read_side,
)
from tests.analytics_project.pruning import (
    a_divided_shop,
    is_well,
    live,
    one_partition,
    prune,
    replay,
    tables,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@pytest.fixture(autouse=True)
def undivided() -> Iterator[None]:
    yield
    one_partition()
    with connections["read"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS replay_previous CASCADE")


def archived(directory: Path, *numbers: int) -> list[UUID]:
    return [
        decode(body).envelope.id
        for number in numbers
        for body in archive.read(directory, number)
    ]


# --- what goes --------------------------------------------------------------------
def test_old_events_go_to_the_archive_and_nothing_misses_them(tmp_path: Path) -> None:
    a_divided_shop()
    every = live()

    told = prune(tmp_path)

    assert told.count(" 14 ") >= 2
    assert partitions.numbers() == [3]  # what was in use was old as well
    assert live() == []
    assert [str(each) for each in archived(tmp_path, 0, 1, 2)] == every
    assert is_well()


def test_a_replay_from_archive_and_outbox_gives_the_same_tables(
    tmp_path: Path, settings: Any
) -> None:
    a_divided_shop()
    prune(tmp_path)
    a_shop()
    deliver(ahead=NOW)
    before, settings.ARCHIVE_DIR = tables(), tmp_path

    on_read_side("DELETE FROM sales_ledger")
    on_read_side("DELETE FROM product_catalog")
    replay()

    assert tables() == before
    assert archive.recorded(tmp_path) == 4 * 14
    assert is_well()


def test_a_plan_is_measured_on_archived_events_where_the_outbox_has_few(
    tmp_path: Path,
) -> None:
    """One event alone would tell of a transaction, and the plan of days."""
    a_divided_shop()
    prune(tmp_path)
    live = outbox.recorded()

    assert len(archive.newest(tmp_path, live)) == live
    assert len(archive.newest(tmp_path, live + 5)) == live + 5
    assert {*archive.newest(tmp_path, 10_000)} <= {*archive.history(tmp_path)}


def test_every_event_is_told_once_when_it_is_archived_and_not_dropped(
    tmp_path: Path,
) -> None:
    a_divided_shop()
    bodies = outbox.history(**partitions.ids(0)._asdict())
    archive.write(tmp_path, 0, partitions.edges(0), bodies)

    told = [decode(body).envelope.id for body in archive.history(tmp_path)]

    assert len(told) == len(set(told)) == 3 * 14


def test_a_replay_that_does_not_find_the_archive_is_refused(
    tmp_path: Path, settings: Any
) -> None:
    a_divided_shop()
    prune(tmp_path)

    with pytest.raises(CommandError, match="ARCHIVE_DIR has to name"):
        replay()
    settings.ARCHIVE_DIR = tmp_path / "elsewhere"
    with pytest.raises(CommandError, match="is not there"):
        replay()
    assert is_well()


def test_young_events_stay_and_the_partition_in_use_is_not_closed(
    tmp_path: Path,
) -> None:
    a_divided_shop()

    told = prune(tmp_path, "--older-than", "1h")

    assert "young" in told
    assert partitions.in_use() == 2
    assert len(live()) == 3 * 14


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    a_divided_shop()

    told = prune(tmp_path, "--dry-run")

    assert "nothing was changed" in told
    assert partitions.numbers() == [0, 1, 2]
    assert [*tmp_path.iterdir()] == []


# --- what stays -------------------------------------------------------------------
def not_published() -> None:
    OutboxEvent.objects.filter(event_id=event_ids("OrderCreated")[0]).update(
        published_at=None
    )


def not_applied() -> None:
    gone = event_ids("OrderRefunded")[0]
    on_read_side("DELETE FROM processed_events WHERE event_id = %s", gone)
    on_read_side("DELETE FROM sales_ledger WHERE event_id = %s", gone)


def product_not_applied() -> None:
    gone = event_ids("ProductUpdated")[0]
    on_read_side("DELETE FROM processed_events WHERE event_id = %s", gone)
    on_read_side("UPDATE product_catalog SET version = 1")


def parked() -> UUID:
    not_applied()
    gone = event_ids("OrderRefunded")[0]
    [body] = [each for each in outbox.history() if str(gone).encode() in each]
    dead_letters.park(body, InconsistentEvent("planted"))
    return gone


@pytest.mark.parametrize(
    ("plant", "reason"),
    [
        (not_published, "1 not published"),
        (not_applied, "1 not applied"),
        (product_not_applied, "1 not applied"),
        (parked, "1 parked"),
    ],
)
def test_events_stay_behind_one_that_is_still_needed(
    tmp_path: Path, plant: Any, reason: str
) -> None:
    a_divided_shop()
    plant()

    told = prune(tmp_path)

    assert reason in told
    assert "behind it" in told
    assert len(live()) == 3 * 14


def test_without_an_archive_nothing_goes() -> None:
    a_divided_shop()

    assert "no archive is named" in prune(None)
    assert len(live()) == 3 * 14


def test_a_discarded_event_is_carried_along_and_stays_known(tmp_path: Path) -> None:
    a_divided_shop()
    gone = parked()
    [letter] = dead_letters.parked()
    dead_letters.discard([letter.id], by="a test", reason="planted")

    prune(tmp_path)

    assert live() == [str(gone)]
    assert partitions.numbers() == [3]


def test_what_is_published_again_meanwhile_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_divided_shop()
    lost = event_ids("OrderCreated")[:1]
    verify = archive.verify

    def redriven(*arguments: Any, **names: Any) -> None:
        verify(*arguments, **names)
        outbox.publish_again(lost)

    monkeypatch.setattr(archive, "verify", redriven)
    prune(tmp_path)

    assert 0 in partitions.numbers()
    assert str(lost[0]) in live()


def test_a_damaged_archive_stops_the_run(tmp_path: Path) -> None:
    a_divided_shop()
    bodies = outbox.history(**partitions.ids(0)._asdict())
    archive.write(tmp_path, 0, partitions.edges(0), bodies)
    [data] = tmp_path.glob("*.gz")
    data.write_bytes(data.read_bytes()[:-9])

    with pytest.raises(CommandError, match="outbox-000000"):
        prune(tmp_path)

    assert len(live()) == 3 * 14
