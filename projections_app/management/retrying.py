"""Shows how a retry goes: a bar in a terminal, a line for what fails, and a sum."""

from collections import Counter
from collections.abc import Iterable

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from projections_app.dead_letters import Outcome
from projections_app.management.letter_tables import plain
from projections_app.models import DeadLetterAction

APPLIED, FAILED = DeadLetterAction.Outcome.APPLIED, DeadLetterAction.Outcome.FAILED


class Retrying:
    """`verbose` tells of what was applied as well."""

    def __init__(self, console: Console, *, verbose: bool, dry_run: bool) -> None:
        self._console = console
        self._verbose = verbose
        self._dry_run = dry_run
        self._done: Counter[str | None] = Counter()

    @property
    def failed(self) -> int:
        return self._done[FAILED]

    def run(self, outcomes: Iterable[Outcome], total: int) -> None:
        columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        hidden = not self._console.is_terminal
        with Progress(*columns, console=self._console, disable=hidden) as progress:
            for outcome in progress.track(outcomes, total=total):
                self._done[outcome.result] += 1
                if self._verbose or outcome.result == FAILED:
                    self._console.print(plain(f"{outcome.id}: {self._said(outcome)}"))

    def summary(self, total: int) -> str:
        left = total - self._done.total()
        counts = {
            "would be applied" if self._dry_run else "applied": self._done[APPLIED],
            "would fail" if self._dry_run else "still parked": self._done[FAILED],
            "settled by another meanwhile": self._done[None],
            "not tried": left,
        }
        told = [f"{count} {what}" for what, count in counts.items() if count]
        return ", ".join(told or ["nothing to retry"]) + (
            "; nothing was changed" if self._dry_run else ""
        )

    def _said(self, outcome: Outcome) -> str:
        match outcome.result:
            case None:
                return "settled by another meanwhile"
            case DeadLetterAction.Outcome.FAILED:
                verb = "would fail" if self._dry_run else "still parked"
                return f"{verb}: {outcome.reason}"
        return "would be applied" if self._dry_run else "applied"
