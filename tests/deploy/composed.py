"""The compose files as the real docker compose merges them."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from devstack.folder import ROOT

BASE = ("docker-compose.yml",)
PRODUCTION = (*BASE, "docker-compose.production.yml")


def config(*arguments: str, files: Sequence[str] = PRODUCTION) -> str:
    compose = Path(sys.executable).parent / "docker-compose"
    chosen = [f"--file={name}" for name in files]
    done = subprocess.run(
        [str(compose), *chosen, f"--env-file={os.devnull}", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "ALLOWED_HOSTS": "commands.a,analytics.a"},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def whole(files: Sequence[str] = PRODUCTION) -> dict[str, Any]:
    """With the services that `up` leaves alone."""
    told = config("--profile=*", "config", "--format=json", files=files)
    found: dict[str, Any] = json.loads(told)
    return found
