"""`clean`: stop what was left running and remove what the stack made."""

import argparse
import shutil

from devstack.errors import AlreadyRunning
from devstack.folder import LOCAL, ROOT, is_running
from devstack.leftovers import end_leftovers

MADE = (LOCAL, ROOT / ".venv")


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="make clean", description=__doc__).parse_args(
        arguments
    )
    for lock in LOCAL.glob("*/lock"):  # of the stack, of tests, of measurements
        if is_running(lock.parent):
            path = lock.parent.relative_to(ROOT)
            raise AlreadyRunning(f"{path} is in use: end it first")
    ended = end_leftovers(LOCAL)
    if ended:
        print(f"ended {len(ended)} processes that were left running")
    for path in MADE:
        if path.exists():
            shutil.rmtree(path)
            print(f"removed {path.relative_to(ROOT)}")
    return 0
