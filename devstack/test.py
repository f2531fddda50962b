"""`test`: pytest on servers of its own, in a folder that is removed afterwards."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from devstack.folder import LOCAL, RABBITMQ_PROGRAMS, ROOT, is_running
from devstack.leftovers import MARK, end_leftovers
from devstack.own_folder import run_in_own_folder
from devstack.postgres import FOR_TESTS
from devstack.process import Process
from devstack.stack import URLS, Stack

FOLDER = "test"
# Two processes, a file of tests in one of them, in the order that tests/conftest.py
# gives; `-n 0` in the arguments wins.
AT_ONCE = ("-n", "2", "--dist", "loadfile", "--no-loadscope-reorder")
LAST_WORDS = 5.0  # seconds for pytest to report after Ctrl-C


def main(arguments: list[str]) -> int:
    """The .env file is left out: it may name a database that matters."""
    if os.environ.keys() >= set(URLS):
        return _pytest(arguments, os.environ)
    remove_old_folders()
    return run_in_own_folder(FOLDER, partial(_with_servers, arguments))


def _with_servers(arguments: list[str], directory: Path) -> int:
    temporary = directory / "tmp"  # so that nothing outlives the run
    temporary.mkdir()
    chromium = _fetch_chromium(directory)
    try:
        stack = Stack(
            directory, given=os.environ, cache=RABBITMQ_PROGRAMS, settings=FOR_TESTS
        )
        try:
            stack.start()
            return _pytest(arguments, {**stack.environment, "TMPDIR": str(temporary)})
        finally:
            stack.stop(grace=0)
    finally:
        chromium.stop()


def _fetch_chromium(directory: Path) -> Process:
    """Where there is none, while the servers start. Tests tell if it cannot be had."""
    process = Process(
        "chromium",
        [sys.executable, "-m", "devstack.chromium"],
        env={**os.environ, MARK: str(directory)},
        cwd=ROOT,
        log=directory / "chromium.log",
        stop_signal=signal.SIGINT,  # it removes what it has begun
    )
    process.start()
    return process


def _pytest(arguments: list[str], environment: Mapping[str, str]) -> int:
    command = [sys.executable, "-m", "pytest", *AT_ONCE, *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as pytest:
        try:
            return pytest.wait()
        except KeyboardInterrupt:
            pytest.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                pytest.wait(LAST_WORDS)
            pytest.kill()
            raise


def remove_old_folders() -> None:
    """Those of runners that were killed."""
    for directory in LOCAL.glob(f"{FOLDER}-*"):
        if not is_running(directory):
            end_leftovers(directory, grace=0)
            shutil.rmtree(directory)
