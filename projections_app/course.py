"""How far a replay is, and how long it still takes."""

import time
from collections.abc import Sequence
from typing import NamedTuple

APPLYING = "applying all events"
CATCHING_UP = "catching up with the live ledger"
VERIFYING = "verifying against the write side"
SWAPPING = "swapping"


def rebuilding(table: str) -> str:
    return f"rebuilding {table}"


class Step(NamedTuple):
    """A stage to come, how many seconds it may take, and of how many events."""

    title: str
    seconds: float
    events: int | None = None


class Course:
    """Where a replay is among its steps; each stage that ends corrects the estimate.

    Time in which it was paused counts for nothing.
    """

    def __init__(self, steps: Sequence[Step]) -> None:
        self.steps = steps
        self.title = ""
        self.step = 0  # from 1; a title that was not foreseen keeps the number
        self.done = 0  # events of the stage
        self.paused_s: float | None = None  # since this time of the clock
        self._began = time.monotonic()
        self._spent = self._foreseen = 1.0  # as if a second had gone as foreseen

    @property
    def current(self) -> Step:
        return self.steps[self.step - 1] if self.step else Step("", 0)

    def stage(self, title: str) -> None:
        if self.step:
            self._spent += self.elapsed
            self._foreseen += self.current.seconds
        self.title, self.done, self._began = title, 0, time.monotonic()
        titles = [step.title for step in self.steps]
        if title in titles:
            self.step = titles.index(title) + 1

    def advance(self, events: int) -> None:
        self.done += events

    def pause(self) -> None:
        self.paused_s = time.monotonic()

    def go_on(self) -> None:
        if self.paused_s is not None:
            self._began += time.monotonic() - self.paused_s
        self.paused_s = None

    @property
    def elapsed(self) -> float:
        """Seconds of this stage."""
        return (self.paused_s or time.monotonic()) - self._began

    @property
    def rate(self) -> float | None:
        """Events a second, in a stage that counts them."""
        return self.done / self.elapsed if self.done and self.elapsed else None

    def left(self) -> float:
        """Seconds to the end."""
        pace = self._spent / self._foreseen
        later = sum(step.seconds for step in self.steps[self.step :])
        return self._left_of_stage(pace) + later * pace

    def _left_of_stage(self, pace: float) -> float:
        if self.current.events is not None and self.rate:
            return max(0, self.current.events - self.done) / self.rate
        return max(0, self.current.seconds * pace - self.elapsed)
