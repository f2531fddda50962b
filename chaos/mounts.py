"""Small disks of their own, in memory, that can be filled to the last byte."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chaos.errors import ChaosError

FILLER = "filler"
BLOCK = bytes(64 * 1024)
MB = 1024 * 1024


class Disk:
    """A tmpfs; `directory` is where it is mounted."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def fill(self, left_mb: int = 0) -> None:
        """Leaves so much, or no byte."""
        with self.directory.joinpath(FILLER).open("ab", buffering=0) as filler:
            if left_mb:
                size = shutil.disk_usage(self.directory).free - left_mb * MB
                os.posix_fallocate(filler.fileno(), 0, size)
                return
            for block in (BLOCK, bytes(512), b"\0"):
                try:
                    while filler.write(block) == len(block):
                        pass
                except OSError:  # no space left: try with less
                    continue

    def clear(self) -> None:
        self.directory.joinpath(FILLER).unlink(missing_ok=True)


@contextmanager
def disk(directory: Path, megabytes: int) -> Iterator[Disk]:
    """Raises ChaosError where mounting is not allowed."""
    directory.mkdir(parents=True)
    options = f"size={megabytes}m,mode=0777"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise ChaosError(f"a small disk needs the right to mount: {done.stderr}")
    try:
        yield Disk(directory)
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=False)
