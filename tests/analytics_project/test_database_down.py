"""A command whose database is down says so in one line, and by its status."""

import os
import subprocess

import pytest

from devstack.roles import manage

NOWHERE = "postgres://nobody@127.0.0.1:1/nothing"


@pytest.mark.parametrize(
    ("command", "status"), [(["reconcile"], 2), (["dead_letters", "list"], 1)]
)
def test_it_is_told_in_one_line(command: list[str], status: int) -> None:
    done = subprocess.run(
        manage(*command),
        env=os.environ | {"READ_DATABASE_URL": NOWHERE},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    [line] = done.stderr.splitlines()
    assert line.startswith("CommandError: a database failed: connection failed: ")
    assert done.returncode == status
