"""Whatever ends a run, the next one goes on; nothing is lost and nothing told twice."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError
from django.db import connections

from analytics_project.retention import events, rows
from commands_app import archive, partitions
from messaging.envelope import decode
from tests.analytics_project.auditing import NOW
from tests.analytics_project.pipeline import a_shop, deliver, on_read_side
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
PLACES = (
    *("prune.made", "prune.turned", "prune.archiving", "prune.archived"),
    *("prune.verified", "prune.dropped"),
)


class Killed(BaseException):
    """Nothing behind it is done."""


@pytest.fixture(autouse=True)
def undivided() -> Iterator[None]:
    yield
    one_partition()
    with connections["read"].cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS replay_previous CASCADE")


def kill_at(place: str, monkeypatch: pytest.MonkeyPatch, *, hit: int = 1) -> None:
    left = [hit]

    def fail_point(reached: str) -> None:
        left[0] -= reached == place
        if left[0] == 0:
            left[0] = -1
            raise Killed

    monkeypatch.setattr(events, "fail_point", fail_point)
    monkeypatch.setattr(events, "TOLD_EVERY", 5)


def told(directory: Path) -> list[str]:
    return [str(decode(body).envelope.id) for body in archive.history(directory)]


@pytest.mark.parametrize("place", PLACES)
def test_a_run_that_is_cut_short_anywhere_is_gone_on_with(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_divided_shop()
    every, before = live(), tables()
    hit = 1 if place in PLACES[:2] else 2  # in the second partition
    kill_at(place, monkeypatch, hit=hit)

    with pytest.raises(Killed):
        prune(tmp_path)
    assert told(tmp_path) == every
    assert is_well()
    prune(tmp_path)

    assert live() == []
    assert told(tmp_path) == every
    assert tables() == before
    assert is_well()


def test_a_kill_under_load_loses_nothing(tmp_path: Path, settings: Any) -> None:
    """One process, killed for good while orders are placed and applied."""
    a_divided_shop()
    with orders_going_on():
        assert prune_process(tmp_path, "prune.verified:2") == -signal.SIGKILL
        prune(tmp_path)
    deliver(ahead=NOW)
    before, settings.ARCHIVE_DIR = tables(), tmp_path
    assert partitions.numbers()[0] > 1
    assert is_well()

    on_read_side("DELETE FROM sales_ledger")
    replay()

    assert tables() == before
    assert is_well()


@contextmanager
def orders_going_on() -> Iterator[None]:
    end = threading.Event()

    def go_on() -> None:
        while not end.is_set():
            a_shop()
            deliver(ahead=NOW)
        connections.close_all()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def prune_process(directory: Path, fail_point: str) -> int:
    urls = {
        variable: f"{os.environ[variable].rpartition('/')[0]}/"
        f"{connections[alias].settings_dict['NAME']}"
        for alias, variable in (
            ("default", "DATABASE_URL"),
            ("read", "READ_DATABASE_URL"),
        )
    }
    command = ["manage.py", "prune", "outbox", "--older-than", "0s"]
    return subprocess.run(
        [sys.executable, *command, "--archive", str(directory)],
        cwd=django_settings.BASE_DIR,
        env={**os.environ, **urls, "FAIL_POINT": fail_point},
        check=False,
        timeout=60,
        start_new_session=True,
    ).returncode


def test_ctrl_c_says_that_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_divided_shop()

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "fail_point", interrupt)
    monkeypatch.setattr(events, "fail_point", interrupt)
    with pytest.raises(CommandError, match="the next run goes on") as stopped:
        prune(tmp_path)

    assert stopped.value.returncode == 130
    assert is_well()
