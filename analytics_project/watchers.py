"""Shows how a replay goes: a moving line in a terminal, else a line a stage."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TimeElapsedColumn,
)
from rich.text import Text

from projections_app.course import Course
from projections_app.journal import Display


def duration(seconds: float) -> str:
    """As in `40 s`, `12 min`, `3 h 20 min`; rounded up, so that it never says 0."""
    whole = int(seconds) + 1
    if whole < 100:
        return f"{whole} s"
    minutes = whole // 60 + 1
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{minutes} min"


class PlainWatcher:
    """A line for each stage: the seconds since the start, and how many are left."""

    def __init__(self, console: Console, course: Course) -> None:
        self._console = console
        self._course = course
        self._began = time.monotonic()

    def stage(self, title: str) -> None:
        self._say(f"{title} (about {duration(self._course.left())} left)")

    def advance(self, events: int) -> None:
        pass

    def waits(self, by: str) -> None:
        self._say(f"paused by {by}")

    def goes_on(self) -> None:
        self._say("goes on")

    def _say(self, text: str) -> None:
        seconds = time.monotonic() - self._began
        self._console.print(f"{seconds:7.1f} s  {text}", soft_wrap=True)


class LiveWatcher:
    """A moving line for the stage at work, and the finished ones above it."""

    def __init__(self, progress: Progress, course: Course) -> None:
        self._progress = progress
        self._course = course
        self._task: TaskID | None = None

    def stage(self, title: str) -> None:
        if self._task is not None:
            self._progress.update(self._task, total=1, completed=1, state="")
        total = self._course.current.events
        self._task = self._progress.add_task(title, total=total, events="", state="")

    def advance(self, events: int) -> None:
        if self._task is not None:
            told = f"{self._course.done:,} events"
            self._progress.update(self._task, advance=events, events=told)

    def waits(self, by: str) -> None:
        if self._task is not None:
            self._progress.update(self._task, state=f"paused by {by}")

    def goes_on(self) -> None:
        if self._task is not None:
            self._progress.update(self._task, state="")


class Left(ProgressColumn):
    """How long until the swap; in the line of the stage at work alone."""

    def __init__(self, course: Course) -> None:
        self._course = course
        super().__init__()

    def render(self, task: Task) -> Text:
        if task.finished or task.description != self._course.title:
            return Text()
        left = f"about {duration(self._course.left())} left"
        return Text(task.fields["state"] or left, "cyan")


@contextmanager
def watching(console: Console, course: Course) -> Iterator[Display]:
    if not console.is_terminal:
        yield PlainWatcher(console, course)
        return
    with Progress(
        SpinnerColumn(),
        "{task.description}",
        BarColumn(bar_width=20),
        "{task.fields[events]}",
        TimeElapsedColumn(),
        Left(course),
        console=console,
    ) as progress:
        yield LiveWatcher(progress, course)
