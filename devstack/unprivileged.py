"""Run PostgreSQL, which refuses root, when the user is root."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

NOBODY = 65534
NAMESPACE = ["unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}"]
ANOTHER_USER = [
    "setpriv",
    f"--reuid={NOBODY}",
    f"--regid={NOBODY}",
    "--clear-groups",
]


@cache
def prefix() -> list[str]:
    """What to put before a command so that it does not see itself as root.

    A user namespace needs no rights on the project's parent folders; where it is
    forbidden (most containers), the command becomes another user.
    """
    if os.getuid() != 0:
        return []
    return NAMESPACE if _works([*NAMESPACE, "true"]) else ANOTHER_USER


def hand_over(directory: Path) -> None:
    """Give `directory` to that other user, if there is one."""
    if prefix() != ANOTHER_USER:
        return
    for path in [directory, *directory.rglob("*")]:
        os.chown(path, NOBODY, NOBODY)


def _works(command: list[str]) -> bool:
    if not shutil.which(command[0]):
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0
