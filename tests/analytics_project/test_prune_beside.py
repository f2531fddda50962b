"""Those who write and read beside a run neither wait nor lose anything."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection

from commands_app import archive, outbox, partitions
from commands_app.errors import OutboxBusy
from tests.analytics_project.pruning import (
    a_divided_shop,
    live,
    one_partition,
    prune,
    turn,
)

WAITED_S = 2  # 40 ms, and what a busy machine adds

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])


@pytest.fixture(autouse=True)
def undivided() -> Iterator[None]:
    yield
    one_partition()


def test_a_partition_is_not_closed_while_an_event_in_it_is_not_committed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_divided_shop()
    monkeypatch.setattr(partitions, "ATTEMPTS", 1)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(
                "INSERT INTO outbox SELECT (jsonb_populate_record(o,"
                " '{\"id\": 2000000000999}')).* FROM outbox AS o LIMIT 1"
            )
            with pytest.raises(CommandError, match="A long transaction holds"):
                prune(tmp_path)
        assert partitions.in_use() == 2
    finally:
        other.close()


def test_a_reader_keeps_a_partition_and_is_not_disturbed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_divided_shop()
    monkeypatch.setattr(partitions, "ATTEMPTS", 1)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM outbox")
            turn()
            with pytest.raises(CommandError, match="A long transaction holds"):
                prune(tmp_path, "--older-than", "0s")
            cursor.execute("SELECT count(*) FROM outbox")
            assert cursor.fetchone() == (3 * 14,)
        other.rollback()
        prune(tmp_path)  # finds the archive, and goes on
        assert live() == []
    finally:
        other.close()


def test_who_comes_after_does_not_wait_long_behind_us(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_divided_shop()
    monkeypatch.setattr(partitions, "ATTEMPTS", 1)
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT FROM outbox")
            began = time.monotonic()
            with pytest.raises(OutboxBusy):
                partitions.drop(0)
            assert time.monotonic() - began < WAITED_S
    finally:
        other.close()


def test_nothing_is_dropped_while_a_replay_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    a_divided_shop()
    monkeypatch.setattr(partitions, "ATTEMPTS", 1)
    bodies = outbox.history(**partitions.ids(0)._asdict())
    archive.write(tmp_path, 0, partitions.edges(0), bodies)
    partitions.drop(0)
    history = archive.history(tmp_path)
    next(history)  # of the archive

    with ThreadPoolExecutor(1) as pool:
        dropped = pool.submit(drop, 1)
        with pytest.raises(OutboxBusy):
            dropped.result()

    assert len([*history]) == 3 * 14 - 1


def drop(number: int) -> None:
    try:
        partitions.drop(number)
    finally:
        connection.close()


def test_a_second_run_is_refused(tmp_path: Path) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [0x7072756E])
            with pytest.raises(CommandError, match="Another run"):
                prune(tmp_path)
    finally:
        other.close()
