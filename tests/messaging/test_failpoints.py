"""A fail point ends the process at the hit that it is armed with; else nothing."""

import os
import signal
import subprocess
import sys

from devstack.folder import ROOT

PASS_THREE_TIMES = """
from messaging.failpoints import fail_point
for number in range(3):
    fail_point("a.place")
    print(number, flush=True)
"""


def run(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES],
        env={**os.environ, **environment},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )


def test_nothing_happens_in_a_process_that_is_not_armed() -> None:
    done = run()

    assert (done.returncode, done.stdout) == (0, "0\n1\n2\n")


def test_the_process_is_killed_at_the_hit_that_it_is_armed_with() -> None:
    assert run(FAIL_POINT="a.place").stdout == ""
    done = run(FAIL_POINT="a.place:3")

    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "0\n1\n")


def test_another_place_is_passed() -> None:
    assert run(FAIL_POINT="another.place").returncode == 0
