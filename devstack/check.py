"""`check`: everything that can be said of the code without a server."""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from devstack import roles
from devstack.folder import ROOT

TOOLS = Path(sys.executable).parent
NOWHERE = "127.0.0.1:1"  # checks must not find a server by chance
ENVIRONMENT = {
    "SECRET_KEY": "only-for-checks-" + "x" * 50,
    "DATABASE_URL": f"postgres://nobody@{NOWHERE}/commands",
    "READ_DATABASE_URL": f"postgres://nobody@{NOWHERE}/analytics",
    "BROKER_URL": f"amqp://{NOWHERE}/",
}
CHECKS = {
    "lint": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "architecture": ["lint-imports"],
    "types": ["mypy"],
    "django": roles.manage("check", "--fail-level", "WARNING"),
    "migrations": roles.manage("makemigrations", "--check", "--dry-run"),
    "packages": [sys.executable, "-m", "devstack.packages"],
    "dockerfile": ["hadolint", "Dockerfile"],
    "compose": [
        "check-jsonschema",
        "--builtin-schema=vendor.compose-spec",
        "docker-compose.yml",
    ],
    "gunicorn": ["gunicorn", "--check-config", "analytics_project.wsgi"],
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="CHECK", help=", ".join(CHECKS))
    names = parser.parse_args(arguments).names
    if unknown := set(names) - CHECKS.keys():
        parser.error(f"there is no check {', '.join(sorted(unknown))}")
    for name in names or CHECKS:
        print(f"check {name}", end=" ")
        begun = time.monotonic()
        done = _run(CHECKS[name])
        if done.returncode:
            print(f"failed: {' '.join(CHECKS[name])}\n{done.stdout}")
            return done.returncode
        print(f"ok ({time.monotonic() - begun:.1f} s)")
    return 0


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join([str(TOOLS), os.environ.get("PATH", "")])
    return subprocess.run(
        command,
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, **ENVIRONMENT, "PATH": path},
    )
