"""The loop: when it waits, when it connects again, how signals end it."""

import gc
import os
import signal
import subprocess
import sys
import time
import weakref
from collections import deque
from threading import Event

import pytest

from messaging.daemon import LAST_PASS, RECONNECTS, run, stop_on_signals
from messaging.errors import BrokerUnavailable
from tests.messaging.metered import total


class Script:
    """A worker that plays a list: numbers are work done, exceptions are raised."""

    def __init__(self, stop: Event, plays: list[int | Exception]) -> None:
        self.stop, self.plays = stop, plays
        self.log: list[str] = []

    def connect(self) -> None:
        self.log.append("connect")

    def run_once(self) -> int:
        play = self.plays.pop(0)
        if not self.plays:
            self.stop.set()
        if isinstance(play, Exception):
            raise play
        return play

    def wait(self, seconds: float) -> None:
        self.log.append(f"wait {seconds:g}")

    def finish(self) -> None:
        self.log.append("finish")

    def close(self) -> None:
        self.log.append("close")


def play(*plays: int | Exception) -> list[str]:
    stop = Event()
    script = Script(stop, list(plays))
    run(
        script,
        stop=stop,
        idle=(1, 4),
        transient=(ConnectionError,),
        alive=lambda: script.log.append("alive"),
    )
    return [entry for entry in script.log if entry != "alive"]


def test_work_is_never_followed_by_a_wait() -> None:
    assert play(5, 5, 5) == ["connect", "finish", "close"]


def test_idle_waits_grow_and_start_again_after_work() -> None:
    assert play(0, 0, 0, 0, 1, 0, 1)[1:-2] == [
        "wait 1",
        "wait 2",
        "wait 4",
        "wait 4",
        "wait 1",
    ]


@pytest.mark.parametrize("error", [BrokerUnavailable(), ConnectionError("gone")])
def test_a_transient_error_leads_to_a_new_connection(error: Exception) -> None:
    ended = ["finish", "close"]
    assert play(1, error, 1) == ["connect", "close", "connect", *ended]


def test_passes_and_new_connections_are_measured() -> None:
    began, before = time.time(), total(RECONNECTS)

    play(1, BrokerUnavailable(), 1)

    assert total(RECONNECTS) == before + 1
    assert began <= total(LAST_PASS) <= time.time()


def test_any_other_error_ends_the_process() -> None:
    with pytest.raises(ZeroDivisionError):
        play(1, ZeroDivisionError(), 1)


class Circle:
    def __init__(self) -> None:
        self.me = self


def test_lost_circles_are_found_soon_however_much_is_loaded() -> None:
    loaded = [[] for _ in range(600_000)]  # type: ignore[var-annotated]
    gc.collect()
    play(1)
    first = Circle()
    found = weakref.ref(first)
    kept = deque([first], maxlen=20_000)  # until they are old
    del first

    for _ in range(100_000):
        kept.append(Circle())

    gc.unfreeze()
    assert found() is None
    assert loaded


STUCK = """
from messaging.daemon import stop_on_signals
with stop_on_signals() as stop:
    print("ready", flush=True)
    stop.wait()
    print("asked", flush=True)
    {then}
"""


def start(then: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", STUCK.format(then=then)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": "."},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_asks_and_the_work_is_finished(number: int) -> None:
    with start(then="print('finished')") as process:
        process.send_signal(number)

        assert process.communicate(timeout=10)[0] == "asked\nfinished\n"
        assert process.returncode == 0


def test_a_second_signal_kills_what_is_stuck() -> None:
    with start(then="__import__('time').sleep(60)") as process:
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.readline() == "asked\n"
        process.send_signal(signal.SIGTERM)

        assert process.wait(timeout=10) == -signal.SIGTERM


def test_earlier_signal_handlers_come_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stop_on_signals():
        assert signal.getsignal(signal.SIGTERM) != before

    assert signal.getsignal(signal.SIGTERM) == before
