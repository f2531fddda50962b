"""Tests of starting again what died."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.process import Process
from devstack.supervisor import HEALTHY_AFTER, LONGEST_PAUSE, Supervisor
from devstack.waiting import wait_until
from tests.devstack.scripts import LIVES


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Process]:
    process = Process("child", LIVES, log=tmp_path / "output.log")
    process.start()
    yield process
    process.kill()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def supervisor(process: Process, clock: Clock, said: list[str]) -> Supervisor:
    return Supervisor([process], clock=clock, say=said.append)


def die(process: Process) -> None:
    process.kill()
    wait_until(lambda: not process.running, seconds=5, what="the end")


def test_a_dead_process_is_started_again_after_its_pause(
    supervisor: Supervisor, process: Process, clock: Clock, said: list[str]
) -> None:
    first = process.pid
    die(process)

    supervisor.tick()
    assert not process.running
    clock.now += 0.5
    supervisor.tick()

    assert process.running
    assert process.pid != first
    assert said == ["child ended; starting it again in 0.5 s"]


def test_the_pause_doubles_up_to_a_limit(
    supervisor: Supervisor, process: Process, clock: Clock, said: list[str]
) -> None:
    for _ in range(7):
        die(process)
        supervisor.tick()
        clock.now += LONGEST_PAUSE
        supervisor.tick()

    pauses = [float(line.split()[-2]) for line in said]
    assert pauses == [0.5, 1, 2, 4, 8, 10, 10]


def test_a_process_that_lived_long_starts_again_quickly(
    supervisor: Supervisor, process: Process, clock: Clock, said: list[str]
) -> None:
    for _ in range(3):
        die(process)
        supervisor.tick()
        clock.now += LONGEST_PAUSE
        supervisor.tick()
    clock.now += HEALTHY_AFTER + 1

    die(process)
    supervisor.tick()

    assert said[-1].endswith("0.5 s")


def test_what_lives_is_left_alone(
    supervisor: Supervisor, process: Process, said: list[str]
) -> None:
    first = process.pid

    supervisor.tick()

    assert process.pid == first
    assert said == []
