"""Tests of `run` as a whole, with the real roles, in a copy of the project."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.folder import RABBITMQ_PROGRAMS, ROOT
from devstack.leftovers import end_leftovers, processes_of
from devstack.ports import free_port
from devstack.process import Process
from devstack.stack import URLS
from devstack.waiting import wait_until

pytestmark = pytest.mark.processes
NOT_COPIED = shutil.ignore_patterns(".*", "tests", "docs", "__pycache__", "staticfiles")
DEVSTACK = [sys.executable, "-u", "-m", "devstack"]
STOPS_WITHIN = 10.0  # seconds


class Checkout:
    """A copy of the project with ports of its own and nothing else from here."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "my shop"
        shutil.copytree(ROOT, self.root, ignore=NOT_COPIED)
        self.local = self.root / ".local"
        self.local.mkdir()
        if RABBITMQ_PROGRAMS.exists():
            self.local.joinpath(RABBITMQ_PROGRAMS.name).symlink_to(RABBITMQ_PROGRAMS)
        self.ports = [free_port(), free_port()]
        self.environment = {k: v for k, v in os.environ.items() if k not in URLS}
        self.environment["COMMAND_SERVICE_PORT"] = str(self.ports[0])
        self.environment["QUERY_SERVICE_PORT"] = str(self.ports[1])
        self.log = directory / "run.log"
        self.runner = Process(
            "run",
            [*DEVSTACK, "run"],
            env=self.environment,
            cwd=self.root,
            log=self.log,
        )

    def start(self, until: str) -> None:
        """Returns when the runner has said so."""
        self.runner.start()
        wait_until(lambda: self.said(until), seconds=90, what=until)

    def said(self, words: str) -> bool:
        return words in self.log.read_text()

    def command(self, name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*DEVSTACK, name],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    def stop(self, number: signal.Signals) -> float:
        """How many seconds it took."""
        begun = time.monotonic()
        self.runner.send_signal(number)
        self.runner.wait(60)
        return time.monotonic() - begun

    def processes(self) -> list[int]:
        return list(processes_of(self.local))


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    checkout = Checkout(tmp_path)
    yield checkout
    checkout.runner.kill()
    end_leftovers(checkout.local, grace=0)


def status(port: int) -> int:
    address = f"http://127.0.0.1:{port}/health"
    with urllib.request.urlopen(address, timeout=5) as answer:
        return int(answer.status)


def test_all_roles_are_served_until_ctrl_c_and_then_nothing_is_left(
    checkout: Checkout,
) -> None:
    checkout.start(until="Ctrl-C stops everything")
    assert [status(port) for port in checkout.ports] == [200, 200]
    second = checkout.command("run")
    assert "another runner" in second.stderr

    took = checkout.stop(signal.SIGINT)

    assert took < STOPS_WITHIN
    assert checkout.runner.returncode == 0
    assert checkout.processes() == []


def test_ctrl_c_while_starting_leaves_nothing(checkout: Checkout) -> None:
    checkout.start(until="postgres is ready")

    took = checkout.stop(signal.SIGTERM)

    assert took < STOPS_WITHIN
    assert checkout.processes() == []


def test_clean_ends_what_a_killed_runner_left(checkout: Checkout) -> None:
    checkout.start(until="postgres is ready")
    checkout.stop(signal.SIGKILL)
    assert checkout.processes() != []

    done = checkout.command("clean")

    assert done.returncode == 0, done.stderr
    assert checkout.processes() == []
    assert not checkout.local.exists()


def test_a_busy_port_is_named_with_its_setting_and_nothing_starts(
    checkout: Checkout,
) -> None:
    with socket.create_server(("127.0.0.1", checkout.ports[1])):
        done = checkout.command("run")

    assert done.returncode == 1
    expected = f"port {checkout.ports[1]} is in use; choose another one with"
    assert done.stderr == f"run: {expected} QUERY_SERVICE_PORT\n"
    assert not checkout.local.joinpath("stack", "postgres").exists()
