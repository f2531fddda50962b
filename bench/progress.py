"""Tells what is being measured, on standard error."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn


class Watcher:
    """A bar over the scenarios on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console, scenarios: int) -> None:
        self._console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f} of {task.total:.0f}"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("servers", total=scenarios)
        self._scenario = "servers"

    def scenario(self, name: str) -> None:
        self._scenario = name
        self.step("")

    def step(self, what: str) -> None:
        text = f"{self._scenario}: {what}" if what else self._scenario
        self._bar.update(self._task, description=text)
        if not self._console.is_terminal:
            self._console.print(text)

    def done(self) -> None:
        self._bar.advance(self._task)

    def say(self, text: str) -> None:
        self._console.print(text)


@contextmanager
def watching(scenarios: int) -> Iterator[Watcher]:
    watcher = Watcher(Console(stderr=True, highlight=False), scenarios)
    with watcher._bar:  # noqa: SLF001 (its own)
        yield watcher
