"""`clean`: stop what was left running and remove what the stack made."""

import shutil

from devstack.errors import AlreadyRunning
from devstack.folder import LOCAL, ROOT, STACK, is_running
from devstack.leftovers import end_leftovers

MADE = (LOCAL, ROOT / ".venv")


def main(arguments: list[str]) -> int:
    if is_running(STACK):
        raise AlreadyRunning("the stack is running: end it with Ctrl-C first")
    ended = end_leftovers(LOCAL)
    if ended:
        print(f"ended {len(ended)} processes that were left running")
    for path in MADE:
        if path.exists():
            shutil.rmtree(path)
            print(f"removed {path.relative_to(ROOT)}")
    return 0
