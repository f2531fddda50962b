"""Shows where the read side differs from the truth, and has lost events sent again."""

from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics_project import reconcile
from analytics_project.comparison import Comparison, Difference
from analytics_project.management.comparison_table import comparison_table
from analytics_project.reconcile import Report

EXPLANATION = """\
Every row of every read table is compared with a recomputation from the write side's
business tables, both ways. Events on their way are no difference. What is:
  wrong    the figures are not what the events make; replay_projections rebuilds them
  lost     an event was published, but never applied; --repair publishes it again
  parked   an event cannot be applied; see dead_letters
Ends with status 1 if anything differs, repaired or not, 2 if a database fails, else
0."""

NOT_COMPARED = 2  # exit status
WIDTH = 120  # of a table in a file


class Command(BaseCommand):
    help = "Compare every figure of the read side with the write side."
    requires_system_checks = ("settings",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        parser.add_argument(
            "--repair", action="store_true", help="publish lost events again"
        )
        parser.add_argument(
            "--wait", type=float, metavar="SECONDS", help="until all is applied, first"
        )
        parser.add_argument(
            "--limit", type=int, default=20, help="rows shown of each table (20)"
        )

    def handle(self, **options: Any) -> None:
        try:
            self._reconcile(**options)
        except (OperationalError, InterfaceError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(
                f"a database failed: {reason}", returncode=NOT_COMPARED
            ) from error

    def _reconcile(
        self, *, repair: bool, wait: float | None, limit: int, **_: Any
    ) -> None:
        self.stdout.ending = ""  # rich ends its lines itself
        width = None if self.stdout.isatty() else WIDTH
        self.console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
        if wait is not None and not reconcile.wait_until_caught_up(wait):
            raise CommandError(f"not caught up after {wait:g} s")
        report = reconcile.reconcile(examples=max(1, limit))
        self._show(report)
        if repair and report.lost:
            count = reconcile.repair(report)
            self.console.print(f"lost events that will be published again: {count}")
        if not report.is_clean:
            raise CommandError(summary(report))

    def _show(self, report: Report) -> None:
        self.console.print(totals(report.comparisons))
        examples = [each for one in report.comparisons for each in one.examples]
        if examples:
            self.console.print(differences(examples))
        self.console.print(
            f"events on their way: {report.pending}, parked: {report.parked},"
            f" lost: {len(report.lost)}"
        )
        if report.missing:
            made = "made by the first replay_projections"
            self.console.print(f"{made}: {', '.join(report.missing)}")
        if report.is_clean:
            self.console.print("every figure is exact")


def totals(comparisons: Iterable[Comparison]) -> Table:
    headings = ("rows", "expected", "sum", "expected", "differences")
    return comparison_table(comparisons, *headings)


def differences(examples: Iterable[Difference]) -> Table:
    table = Table("table", "key", "found", "expected", "cause", box=box.SIMPLE_HEAD)
    for each in examples:
        found, expected = only_different(each.found, each.expected)
        table.add_row(
            each.table, Text(each.key), Text(found), Text(expected), each.cause
        )
    return table


def only_different(
    found: Mapping[str, Any] | None, expected: Mapping[str, Any] | None
) -> tuple[str, str]:
    """Both rows as text, without the columns that agree."""
    if found is None or expected is None:
        return row(found), row(expected)
    names = [name for name in expected if found[name] != expected[name]]
    return (
        row({name: found[name] for name in names}),
        row({name: expected[name] for name in names}),
    )


def row(columns: Mapping[str, Any] | None) -> str:
    if columns is None:
        return "no such row"
    return "\n".join(f"{name} {value}" for name, value in columns.items())


def summary(report: Report) -> str:
    counts = {
        "rows that differ": report.differences,
        "lost events": len(report.lost),
        "parked events": report.parked,
    }
    found = [f"{name}: {count}" for name, count in counts.items() if count]
    if not report.sums_agree:
        found.append("the views do not add up to one sum")
    return ", ".join(found)
