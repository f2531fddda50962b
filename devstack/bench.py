"""`bench`: hand over to the measurements, which know the rooms."""

import os
import sys

from devstack.folder import ROOT


def main(arguments: list[str]) -> int:
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "bench", *arguments])  # noqa: S606
