"""Tests of one child process and of stopping several."""

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from devstack.process import Process, stop_all
from devstack.waiting import wait_until
from tests.devstack.scripts import ENDS, HAS_A_CHILD, LIVES, STUBBORN


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "output.log"


@pytest.fixture
def started(log: Path) -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.kill()


def start(started: list[Process], command: list[str], log: Path) -> Process:
    process = Process("child", command, log=log)
    started.append(process)
    process.start()
    wait_until(lambda: log.read_text() != "", seconds=10, what="first output")
    return process


def test_a_process_ends_by_its_stop_signal(started: list[Process], log: Path) -> None:
    process = start(started, LIVES, log)

    process.stop(grace=10)

    assert process.returncode == -signal.SIGTERM


def test_a_process_that_ignores_the_signal_is_killed_after_the_grace(
    started: list[Process], log: Path
) -> None:
    process = start(started, STUBBORN, log)

    process.stop(grace=0.2)

    assert process.returncode == -signal.SIGKILL


def test_the_children_of_a_killed_process_die_with_it(
    started: list[Process], log: Path
) -> None:
    process = start(started, HAS_A_CHILD, log)
    child = int(log.read_text())

    process.kill()

    assert not process.running
    wait_until(lambda: not alive(child), seconds=5, what="the end of the child")


def alive(process_id: int) -> bool:
    """False for a zombie: whether it is reaped is up to the machine's init."""
    try:
        return psutil.Process(process_id).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_several_are_asked_at_once_and_share_the_grace(
    started: list[Process], tmp_path: Path
) -> None:
    for number in range(3):
        start(started, STUBBORN, tmp_path / f"{number}.log")
    begun = time.monotonic()

    stop_all(started, grace=0.5)

    assert time.monotonic() - begun < 1.4
    assert not any(process.running for process in started)


def test_lines_are_shown_with_the_name_in_front(
    capsys: pytest.CaptureFixture[str],
) -> None:
    process = Process("relay", ENDS)
    shown = ""

    def show() -> bool:
        nonlocal shown
        shown += capsys.readouterr().out
        return shown == "relay    | bye\n"

    process.start()
    wait_until(show, seconds=10, what="the line")
    process.stop()


def test_stopping_what_never_started_is_no_error() -> None:
    Process("idle", LIVES).stop()
