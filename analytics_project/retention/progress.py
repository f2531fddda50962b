"""Shows how a prune goes: a moving line in a terminal, else a line a stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TimeElapsedColumn

from projections_app.rebuild import Watcher


class PlainWatcher:
    """A line for each stage, with the seconds since the start."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._began = time.monotonic()

    def stage(self, title: str) -> None:
        seconds = time.monotonic() - self._began
        self._console.print(f"{seconds:7.1f} s  {title}")

    def advance(self, events: int) -> None:
        pass


class LiveWatcher:
    """A moving line for the stage at work, and the finished ones above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None
        self._done = 0

    def stage(self, title: str) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1)
        self._task = self._progress.add_task(title, total=None, events="")
        self._done = 0

    def advance(self, events: int) -> None:
        self._done += events
        if self._task is not None:
            self._progress.update(self._task, events=f"{self._done:,} events")


@contextmanager
def watching(console: Console) -> Iterator[Watcher]:
    if not console.is_terminal:
        yield PlainWatcher(console)
        return
    columns = ("{task.description}", "{task.fields[events]}")
    with Progress(
        SpinnerColumn(), *columns, TimeElapsedColumn(), console=console
    ) as progress:
        yield LiveWatcher(progress)
