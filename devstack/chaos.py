"""`chaos`: hand over to the fault harness, which knows the rooms."""

import os
import sys

from devstack.folder import ROOT


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "chaos", *arguments])  # noqa: S606
