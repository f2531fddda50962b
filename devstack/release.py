"""The tools that a release is made with, in an environment of their own."""

import hashlib
import subprocess
import venv
from pathlib import Path

from devstack.errors import CommandFailed
from devstack.folder import LOCAL, ROOT

TOOLS = ROOT / "requirements-release.txt"
REQUIREMENTS = ROOT / "requirements.txt"
PINNED = ROOT / "requirements-pinned.txt"
INSTALL = ["-m", "pip", "--disable-pip-version-check", "--quiet", "install"]


def tool(name: str) -> str:
    """The path of a program that requirements-release.txt brings."""
    version = hashlib.sha256(TOOLS.read_bytes()).hexdigest()[:12]
    folder = LOCAL / f"release-tools-{version}"
    if not folder.joinpath("ready").exists():
        print(f"Installing {TOOLS.name}")
        venv.create(folder, clear=True, with_pip=True)
        call([str(folder / "bin/python"), *INSTALL, f"--requirement={TOOLS}"])
        folder.joinpath("ready").touch()
    return str(folder / "bin" / name)


def call(command: list[str]) -> None:
    """Raises CommandFailed with what the command complained of."""
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=ROOT
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise CommandFailed(f"{Path(command[0]).name} failed:\n{said}")
