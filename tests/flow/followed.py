"""What the page about backups says to do, and how it is done."""

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

from devstack.folder import ROOT

PAGE = (ROOT / "docs/how-to/back-up.md").read_text()


def commands(beginning: str) -> list[str]:
    """What stands behind `$` from there to the next title."""
    part = re.split(r"\n##+ |\n\*\*", PAGE.partition(beginning)[2])[0]
    found = re.findall(r"^ {4,}\$ (.*)$", part, flags=re.MULTILINE)
    assert found, f"{beginning} has no commands"
    return found


def shell(command: str, folder: Path, environment: Mapping[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (command, done.stderr)
    return done.stdout
