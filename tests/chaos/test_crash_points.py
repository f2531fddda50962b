"""Every named place has a role that comes to it; strace kills where it is told to."""

import shutil
import signal
import subprocess
import sys

import pytest

from chaos.crash_places import Crash, all_places, named_places, traced

SEND_THREE_TIMES = """
import socket
here, there = socket.socketpair()
for number in range(3):
    here.send(b"x")
    print(number, flush=True)
"""


def test_every_place_is_named_once_and_belongs_to_a_role() -> None:
    places = all_places()

    assert len(set(places)) == len(places) >= 30
    assert {crash.place for crash in named_places()} == set(places)


@pytest.mark.skipif(not shutil.which("strace"), reason="strace is not installed")
def test_a_traced_process_is_killed_at_its_second_system_call() -> None:
    crash = Crash("relay", "sendto", 2, is_call=True)

    done = subprocess.run(
        [*traced(crash), sys.executable, "-c", SEND_THREE_TIMES],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "0\n")
