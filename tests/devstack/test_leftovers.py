"""Tests of ending what a killed runner left behind."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.leftovers import MARK, end_leftovers, processes_of
from tests.devstack.scripts import LIVES, STUBBORN


def spawn(command: list[str], directory: Path | None) -> subprocess.Popen[bytes]:
    """Returns when the program runs, and so after the new environment is in place."""
    mark = {MARK: str(directory)} if directory else {}
    child = subprocess.Popen(
        command,
        env={**os.environ, **mark},
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert child.stdout
    child.stdout.readline()
    return child


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with spawn(LIVES, None) as child:
        yield child
        child.kill()


def test_what_carries_the_mark_is_ended_and_strangers_live(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    with spawn(LIVES, tmp_path / "stack") as ours:
        assert end_leftovers(tmp_path) == [ours.pid]

    assert stranger.poll() is None
    assert list(processes_of(tmp_path)) == []


def test_what_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    with spawn(STUBBORN, tmp_path) as ours:
        end_leftovers(tmp_path, grace=0.2)

        assert ours.wait(5) != 0


def test_a_folder_with_a_similar_name_is_another_stack(tmp_path: Path) -> None:
    with spawn(LIVES, tmp_path / "stack-2") as other:
        assert end_leftovers(tmp_path / "stack") == []
        assert other.poll() is None
        other.kill()
