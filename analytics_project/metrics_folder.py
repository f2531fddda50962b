"""Where the processes of a web role write their counts: a folder for each start."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (the folder in it is private)
PREFIX = "analytics-metrics-"


def own_folder(place: Path | None = None) -> Path:
    """Held by a lock that this process keeps when it becomes the server.

    What servers that have ended left behind is removed.
    """
    place = place or default_place()
    with opened(place) as whole:
        fcntl.flock(whole, fcntl.LOCK_EX)  # nobody takes a folder for left behind yet
        for folder in place.glob(f"{PREFIX}*"):
            remove_unless_held(folder)
        made = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place))
        held = os.open(made, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        os.set_inheritable(held, True)  # noqa: FBT003 (takes it by position only)
    return made


def default_place() -> Path:
    return SHARED_MEMORY if SHARED_MEMORY.is_dir() else Path(tempfile.gettempdir())


def remove_unless_held(folder: Path) -> None:
    """A folder that is in use is locked; one of another user cannot be opened."""
    with suppress(OSError), opened(folder) as left:
        fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(folder)


@contextmanager
def opened(folder: Path) -> Iterator[int]:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
