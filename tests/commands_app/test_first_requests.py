"""The first requests of a process may come all at once."""

import subprocess
import sys

from devstack.folder import ROOT


def test_threads_that_decode_the_first_bodies_together_do_not_end_the_process() -> None:
    command = [sys.executable, "-m", "tests.commands_app.first_requests"]

    done = subprocess.run(command, cwd=ROOT, check=False, timeout=60)

    assert done.returncode == 0
