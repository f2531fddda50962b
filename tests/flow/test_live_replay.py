"""Views are rebuilt while orders come in; a rebuild that is killed harms nothing."""

import os
import signal
import subprocess
import threading

import pytest

from chaos.invariants import violations
from chaos.load import Load
from chaos.system import System
from devstack.folder import ROOT
from devstack.roles import manage

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture
def busy(system: System) -> Load:
    system.start()
    products = [system.make_product(price=n + 0.99) for n in range(30)]
    return Load(system, products, rate=100, others=0)


@pytest.mark.parametrize("source", ["ledger", "outbox"])
def test_a_rebuild_under_load_ends_with_exact_tables(busy: Load, source: str) -> None:
    system = busy.system
    with busy.running(), watched(busy) as problems:
        busy.wait_for(100)
        for _ in range(2):
            done = system.manage("replay_projections", "--from", source)
            assert done.returncode == 0, done.stdout + done.stderr
        busy.wait_for(50)

    assert problems == []
    assert violations(system, busy) == []


def test_a_rebuild_killed_anywhere_leaves_the_old_tables_and_a_second_one_succeeds(
    busy: Load,
) -> None:
    system = busy.system
    with busy.running(), watched(busy) as problems:
        busy.wait_for(100)
        for seconds in (0.4, 0.7, 0.9, 1.1, 1.3, 1.6):
            kill_a_replay_after(system, seconds)
        done = system.manage("replay_projections")
        assert done.returncode == 0, done.stdout + done.stderr
        busy.wait_for(50)

    assert problems == []
    assert violations(system, busy) == []


def kill_a_replay_after(system: System, seconds: float) -> None:
    process = subprocess.Popen(
        manage("replay_projections"),
        cwd=ROOT,
        env={**os.environ, **system.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()


class watched:  # noqa: N801 (reads as a verb)
    """Collects each answer that failed or went back while the block ran."""

    def __init__(self, load: Load) -> None:
        self.system, self.product = load.system, load.products[0]
        self.problems: list[object] = []
        self.end = threading.Event()
        self.thread = threading.Thread(target=self._watch)

    def __enter__(self) -> list[object]:
        self.thread.start()
        return self.problems

    def __exit__(self, *_: object) -> None:
        self.end.set()
        self.thread.join(30)

    def _watch(self) -> None:
        before = 0
        while not self.end.wait(0.02):
            answer = self.system.get(f"/api/analytics/products/{self.product}/sales")
            count = answer.body.get("orderCount", -1)
            if answer.status != 200 or count < before:
                self.problems.append((answer, before))
            before = max(before, count)


def test_rollback_brings_the_earlier_generation_back_up_to_date(busy: Load) -> None:
    system = busy.system
    with busy.running():
        busy.wait_for(50)
        assert system.manage("replay_projections").returncode == 0
        busy.wait_for(50)
        done = system.manage("replay_projections", "--rollback")
        assert done.returncode == 0, done.stdout + done.stderr
        busy.wait_for(50)

    assert violations(system, busy) == []
