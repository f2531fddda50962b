"""Where the stack of this checkout keeps its data, and who may use it now."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from devstack import dotenv
from devstack.errors import AlreadyRunning

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
STACK = LOCAL / "stack"
RABBITMQ_PROGRAMS = LOCAL / "rabbitmq-programs"
CHROMIUM_PROGRAMS = LOCAL / "chromium-programs"
PROMETHEUS_PROGRAMS = LOCAL / "prometheus-programs"
NGINX_PROGRAMS = LOCAL / "nginx-programs"


def given_environment() -> dict[str, str]:
    """The .env file of the project, overridden by the real environment."""
    return dotenv.read(ROOT / ".env") | dict(os.environ)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Only one runner a folder; the kernel lets go of the lock when that one dies."""
    directory.mkdir(parents=True, exist_ok=True)
    with directory.joinpath("lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(f"another runner is using {directory}") from None
        yield


def is_running(directory: Path) -> bool:
    if not directory.joinpath("lock").exists():
        return False
    try:
        with locked(directory):
            return False
    except AlreadyRunning:
        return True
