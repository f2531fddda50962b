"""A role that is asked to end before it has begun ends well."""

import subprocess
import sys

import pytest

from devstack.folder import ROOT

# Imported by the settings, before any module of a role.
EARLY = "environ"


@pytest.mark.parametrize("role", ["run_outbox_relay", "run_consumer"])
def test_sigterm_in_the_first_moment_ends_a_role_with_0(role: str) -> None:
    command = [sys.executable, "-X", "importtime", "manage.py", role]
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if line.rpartition("|")[2].strip() == EARLY:
                process.terminate()
        assert process.wait(10) == 0
