"""`sbom`: a bill of materials (CycloneDX, JSON) of what the image installs."""

import argparse
import sys
import tempfile
import venv
from pathlib import Path

from devstack.folder import LOCAL, ROOT
from devstack.release import INSTALL, PINNED, call, tool

DEFAULT = LOCAL / "sbom.json"
FLAGS = ["--pyproject=pyproject.toml", "--output-reproducible", "--output-format=JSON"]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make sbom", description=__doc__)
    parser.add_argument(
        "--output", type=Path, default=DEFAULT, metavar="FILE", help=str(DEFAULT)
    )
    output = parser.parse_args(arguments).output
    describe = tool("cyclonedx-py")
    with tempfile.TemporaryDirectory() as folder:
        python = installed(Path(folder))
        file = f"--output-file={output.resolve()}"
        call([describe, "environment", *FLAGS, file, python])
    print(f"{output} describes {PINNED.relative_to(ROOT)}")
    return 0


def installed(folder: Path) -> str:
    """The Python of an environment made as the Dockerfile makes it."""
    venv.create(folder)
    python = str(folder / "bin/python")
    _, pip, *install = INSTALL
    command = [sys.executable, "-m", pip, "--python", python, *install]
    call([*command, "--require-hashes", f"--requirement={PINNED}"])
    return python
