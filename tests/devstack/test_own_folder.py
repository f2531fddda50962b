"""A run in a folder of its own leaves nothing behind, however it ends."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from devstack import own_folder
from devstack.errors import NotReady
from devstack.leftovers import MARK
from devstack.own_folder import run_in_own_folder
from devstack.signals import ENDING, INTERRUPTED


@pytest.fixture(autouse=True)
def _local(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(own_folder, "LOCAL", tmp_path)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    before = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def ending(how: Callable[[], object]) -> Callable[[Path], int]:
    """A run with a folder, a log and a process of its own."""

    def run(folder: Path) -> int:
        folder.joinpath("server").mkdir()
        folder.joinpath("role.log").touch()
        command = [sys.executable, "-c", "import time; time.sleep(60)"]
        processes.append(
            subprocess.Popen(command, env={**os.environ, MARK: str(folder)})
        )
        how()
        return 7

    return run


processes: list[subprocess.Popen[bytes]] = []


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def too_late() -> None:
    raise NotReady("no server")


def wrong() -> None:
    raise LookupError("no figure")


@pytest.mark.parametrize(
    ("how", "status"), [(int, 7), (too_late, 1), (wrong, 1), (interrupt, INTERRUPTED)]
)
def test_nothing_is_left_behind(
    how: Callable[[], object], status: int, tmp_path: Path
) -> None:
    found = run_in_own_folder("try", ending(how), errors=(LookupError,))

    assert found == status
    assert processes.pop().wait(10) == -signal.SIGKILL
    assert list(tmp_path.iterdir()) == []


def test_an_error_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    run_in_own_folder("try", ending(too_late))

    assert capsys.readouterr().err == "try: no server\n"
    processes.pop().wait(10)


def test_logs_are_left_if_they_are_wanted(tmp_path: Path) -> None:
    run_in_own_folder("try", ending(int), keep_logs=True)

    [folder] = tmp_path.iterdir()
    assert {path.name for path in folder.iterdir()} == {"role.log", "lock"}
    processes.pop().wait(10)


def test_the_processes_of_a_run_keep_the_modules_that_they_have_compiled() -> None:
    told = "import sys; sys.exit(sys.dont_write_bytecode)"

    def run(_: Path) -> int:
        return subprocess.run([sys.executable, "-c", told], check=False).returncode

    assert run(Path()) == 1
    assert run_in_own_folder("try", run) == 0
