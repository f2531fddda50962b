"""The kernel ends what takes more memory than its group may have."""

import os
import subprocess
import sys

import pytest

from chaos.cgroups import cgroup
from chaos.errors import ChaosError

GREEDY = "input(); x = bytearray(200_000_000); print('alive')"


def test_what_takes_too_much_is_killed_and_counted() -> None:
    try:
        with cgroup(f"test-{os.getpid()}", 64) as group:
            command = [sys.executable, "-c", GREEDY]
            with subprocess.Popen(command, stdin=subprocess.PIPE) as greedy:
                group.add(greedy.pid)
                greedy.communicate(b"go\n", timeout=30)
            assert greedy.returncode == -9
            assert group.kills == 1
            assert group.peak_mb <= 64
    except ChaosError as error:
        pytest.skip(str(error))
