#!/usr/bin/env python3
"""Make the virtual environment, then hand a command over to the local stack."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
REQUIREMENTS = [
    ROOT / name
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-local.txt")
]
OLDEST_PYTHON = (3, 11)
COMMANDS = {
    "run": "start PostgreSQL, RabbitMQ and every role; Ctrl-C stops them",
    "test": "run pytest on servers of its own; arguments go to pytest",
    "check": "lint, types, architecture, migrations, container files",
    "demo": "run, import the sample data, compare both sides",
    "bench": "measure everything beside what it could be at best",
    "chaos": "break the system on purpose, prove that nothing is wrong",
    "manage": "run a manage.py command on the running stack",
    "pins": "pin what the image installs anew, with hashes",
    "sbom": "write a bill of materials of what the image installs",
    "clean": "stop what was left running, remove .local and .venv",
    "help": "show this list",
}
WITHOUT_VENV = ("clean",)


def main(arguments: list[str]) -> int:
    command = arguments[0] if arguments else "help"
    if command in ("help", "-h", "--help"):
        return print_help()
    if command not in COMMANDS:
        print(f"dev.py: there is no command '{command}'", file=sys.stderr)
        return print_help() or 2
    if sys.version_info < OLDEST_PYTHON:
        return refuse(
            f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}"
        )
    if command not in WITHOUT_VENV:
        install_when_changed()
    hand_over(command, arguments[1:])
    return 0


def print_help() -> int:
    print("usage: python3 dev.py COMMAND [ARGUMENTS]\n")
    for name, purpose in COMMANDS.items():
        print(f"  {name:8} {purpose}")
    return 0


def refuse(reason: str) -> int:
    print(f"dev.py: {reason}", file=sys.stderr)
    return 1


def install_when_changed() -> None:
    fingerprint = requirements_fingerprint()
    if PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint:
        return
    print("Making .venv and installing the requirements (the first time: a minute)")
    if not venv_is_usable():
        make_venv()
    arguments = [f"--requirement={path}" for path in REQUIREMENTS]
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--quiet"]
    run_or_exit([*pip, "install", *arguments], "pip could not install the requirements")
    STAMP.write_text(fingerprint)


def requirements_fingerprint() -> str:
    parts = [str(VENV), *(path.read_text() for path in REQUIREMENTS)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def venv_is_usable() -> bool:
    """False where there is none, the folder was moved or its Python is gone."""
    config = VENV / "pyvenv.cfg"
    if not (PYTHON.exists() and config.exists() and str(VENV) in config.read_text()):
        return False
    probe = [str(PYTHON), "-m", "pip", "--version"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def make_venv() -> None:
    try:
        import ensurepip  # noqa: F401 - Debian ships Python without it
    except ImportError:
        sys.exit(
            refuse("Python's venv is missing; on Debian: apt install python3-venv")
        )
    if VENV.is_symlink():
        VENV.unlink()  # else what it points to would be cleared
    run_or_exit(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], "venv could not be made"
    )


def run_or_exit(command: list[str], complaint: str) -> None:
    try:
        status = subprocess.run(command, check=False).returncode
    except KeyboardInterrupt:
        sys.exit(130)
    if status:
        sys.exit(refuse(complaint))


def hand_over(command: str, arguments: list[str]) -> None:
    """Replace this process, so that signals reach the stack itself."""
    os.chdir(ROOT)
    python = sys.executable if command in WITHOUT_VENV else str(PYTHON)
    sys.stdout.flush()
    # -u: progress is seen at once, also in a file or a pipe.
    os.execv(python, [python, "-u", "-m", "devstack", command, *arguments])  # noqa: S606


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
