"""Shows how far an import is: a bar on a terminal, now and then a line elsewhere."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Protocol, TextIO, TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

STEP = 500  # lines between two looks at the clock
LINE_EVERY = 5.0  # seconds, where there is no terminal

T = TypeVar("T")


class Track(Protocol):
    """Passes the rows on and shows their count; `total` None: it is not known."""

    def __call__(
        self, rows: Iterable[T], *, title: str, total: int | None = None
    ) -> Iterator[T]: ...


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text(f"{task.finished_speed or task.speed or 0:,.0f} lines/s")


@contextmanager
def progress(stream: TextIO) -> Iterator[Track]:
    if not stream.isatty():
        yield _Lines(stream)
        return
    shown = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(*shown, console=Console(file=stream)) as bars:
        yield _Bars(bars)


class _Bars:
    def __init__(self, bars: Progress) -> None:
        self._bars = bars

    def __call__(
        self, rows: Iterable[T], *, title: str, total: int | None = None
    ) -> Iterator[T]:
        task = self._bars.add_task(title, total=total)
        for chunk in _chunks(rows):
            yield from chunk
            self._bars.advance(task, len(chunk))
        self._bars.update(task, total=self._bars.tasks[task].completed)


class _Lines:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(
        self, rows: Iterable[T], *, title: str, total: int | None = None
    ) -> Iterator[T]:
        began = told = time.monotonic()
        done = 0
        for chunk in _chunks(rows):
            yield from chunk
            done += len(chunk)
            if (now := time.monotonic()) - told >= LINE_EVERY:
                told = now
                self._tell(title, done, total, now - began)
        self._tell(title, done, done, time.monotonic() - began)

    def _tell(self, title: str, done: int, total: int | None, seconds: float) -> None:
        rate = done / max(seconds, 0.001)
        line = f"{title}: {done:,} lines, {rate:,.0f}/s"
        if total is not None and done < total:
            line += f", {done / total:.0%}, {(total - done) / rate:,.0f} s left"
        print(line, file=self._stream, flush=True)


def _chunks(rows: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(rows)
    while chunk := list(islice(rest, STEP)):
        yield chunk
