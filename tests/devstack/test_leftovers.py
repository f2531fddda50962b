"""Tests of ending what a killed runner left behind."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from devstack.leftovers import MARK, end_leftovers, processes_of
from tests.devstack.scripts import LIVES, STUBBORN


@contextmanager
def spawned(
    command: list[str], directory: Path | None
) -> Iterator[subprocess.Popen[bytes]]:
    """Enters when the program runs: only then is its new environment in place."""
    mark = {MARK: str(directory)} if directory else {}
    with subprocess.Popen(
        command,
        env={**os.environ, **mark},
        stdout=subprocess.PIPE,
        start_new_session=True,
    ) as child:
        assert child.stdout
        child.stdout.readline()
        try:
            yield child
        finally:
            child.kill()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with spawned(LIVES, None) as child:
        yield child


def test_what_carries_the_mark_is_ended_and_strangers_live(
    tmp_path: Path, stranger: subprocess.Popen[bytes]
) -> None:
    with spawned(LIVES, tmp_path / "stack") as ours:
        assert end_leftovers(tmp_path) == [ours.pid]

    assert stranger.poll() is None
    assert list(processes_of(tmp_path)) == []


def test_what_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    with spawned(STUBBORN, tmp_path) as ours:
        end_leftovers(tmp_path, grace=0.2)

        assert ours.wait(5) != 0


def test_a_folder_with_a_similar_name_is_another_stack(tmp_path: Path) -> None:
    with spawned(LIVES, tmp_path / "stack-2") as other:
        assert end_leftovers(tmp_path / "stack") == []
        assert other.poll() is None
