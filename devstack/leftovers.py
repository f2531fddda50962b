"""Find and end what a killed runner left behind, and nothing else.

Linux only: elsewhere there is no /proc and nothing is found.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

MARK = "DEVSTACK_DIRECTORY"  # in the environment of everything that the stack starts
PROC = Path("/proc")
GRACE = 3.0  # seconds


def end_leftovers(directory: Path, *, grace: float = GRACE) -> list[int]:
    """End every process of the stack in `directory`; answers their ids."""
    found = list(processes_of(directory))
    _signal_all(found, signal.SIGTERM if grace else signal.SIGKILL)
    if not _gone_within(grace, directory):
        _signal_all(list(processes_of(directory)), signal.SIGKILL)
        _gone_within(GRACE, directory)
    return found


def _gone_within(seconds: float, directory: Path) -> bool:
    deadline = time.monotonic() + seconds
    while any(processes_of(directory)):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def processes_of(directory: Path) -> Iterator[int]:
    for entry in PROC.glob("[0-9]*"):
        if int(entry.name) != os.getpid() and _belongs(entry, directory.resolve()):
            yield int(entry.name)


def _belongs(entry: Path, directory: Path) -> bool:
    """PostgreSQL overwrites its environment, but always stands in its data folder."""
    try:
        if entry.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return False
        if entry.joinpath("comm").read_text().strip() == "postgres":
            return entry.joinpath("cwd").readlink().is_relative_to(directory)
        return _marked(entry.joinpath("environ").read_bytes(), directory)
    except OSError:  # ended meanwhile, or another user's
        return False


def _marked(environment: bytes, directory: Path) -> bool:
    marks = [
        Path(os.fsdecode(item.partition(b"=")[2]))
        for item in environment.split(b"\0")
        if item.startswith(f"{MARK}=".encode())
    ]
    return any(mark.is_relative_to(directory) for mark in marks)


def _signal_all(ids: list[int], number: signal.Signals) -> None:
    for process_id in ids:
        try:
            os.kill(process_id, number)
        except (ProcessLookupError, PermissionError):
            continue
