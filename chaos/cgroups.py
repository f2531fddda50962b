"""A limit of memory for a role and all its children, held by the kernel."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from chaos.errors import ChaosError
from chaos.waiting import eventually

MB = 1024 * 1024
FIRST = Path("/sys/fs/cgroup/memory")  # version 1, one tree a resource
SECOND = Path("/sys/fs/cgroup")


class Cgroup:
    """What goes beyond the limit is killed, as in a container."""

    def __init__(self, name: str, megabytes: int) -> None:
        first = FIRST.is_dir()
        self.directory = (FIRST if first else SECOND) / f"chaos-{os.getpid()}-{name}"
        self._limit = "memory.limit_in_bytes" if first else "memory.max"
        self._peak = "memory.max_usage_in_bytes" if first else "memory.peak"
        self._events = "memory.oom_control" if first else "memory.events"
        try:
            self.directory.mkdir()
            self.limit(megabytes)
        except OSError as error:
            raise ChaosError(f"no right to limit memory: {error}") from error

    def limit(self, megabytes: int) -> None:
        self.directory.joinpath(self._limit).write_text(str(megabytes * MB))

    def add(self, pid: int | None) -> None:
        """It and what it starts from now on."""
        with suppress(ProcessLookupError):
            self.directory.joinpath("cgroup.procs").write_text(str(pid))

    @property
    def peak_mb(self) -> float:
        """The most that was used, pages of files that were read included."""
        return int(self.directory.joinpath(self._peak).read_text()) / MB

    @property
    def kills(self) -> int:
        text = self.directory.joinpath(self._events).read_text()
        found = re.search(r"^oom_kill (\d+)$", text, flags=re.MULTILINE)
        return int(found.group(1)) if found else 0

    def remove(self) -> None:
        """As soon as its last process has ended."""
        eventually(self._removed, f"the end of {self.directory}", 10)

    def _removed(self) -> bool:
        with suppress(OSError):
            self.directory.rmdir()
        return not self.directory.exists()


@contextmanager
def cgroup(name: str, megabytes: int) -> Iterator[Cgroup]:
    """All that is in it has to be ended before the block ends."""
    group = Cgroup(name, megabytes)
    try:
        yield group
    finally:
        group.remove()
