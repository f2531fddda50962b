"""One screen for an operator: what is well, what is not, and where to read on."""

from argparse import RawDescriptionHelpFormatter
from collections.abc import Iterable
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics_project.status import Finding, State, look
from projections_app.management.letter_tables import plain

EXPLANATION = """\
Asks both databases and the broker, changes nothing, and is done in a second; a server
that does not answer is given up after 2 to 5 s. It looks at:
  outbox, relay    what waits to be published, who publishes, how the broker is to it
  auditor          when it last looked for events that were lost on the way
  queue, consumer  what waits to be applied, and whether somebody applies it
  lag, parked      how far the figures are behind, and which messages they miss
  replay, generations, kept
                   rebuilds, and what grows

Ends with status 0 if all is well, else 1."""
WIDTH = 120  # of a table in a file
STYLES = {State.WELL: "green", State.WRONG: "bold red"}


class Command(BaseCommand):
    help = "Say what is well and what is not, on one screen."
    requires_system_checks = ("settings",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        parser.add_argument("--json", action="store_true", help="for machines")

    def handle(self, *, json: bool, **_: Any) -> None:
        findings = list(look())
        wrong = [each.part for each in findings if each.state == State.WRONG]
        if json:
            report = {"well": not wrong, "findings": findings}
            self.stdout.write(msgspec.json.encode(report).decode())
        else:
            self._show(findings)
        if wrong:
            raise CommandError(f"not well: {', '.join(wrong)}")

    def _show(self, findings: Iterable[Finding]) -> None:
        self.stdout.ending = ""  # rich ends its lines itself
        width = None if self.stdout.isatty() else WIDTH
        console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
        console.print(screen(findings))


def screen(findings: Iterable[Finding]) -> Table:
    table = Table("part", "state", "", box=box.SIMPLE_HEAD)
    for each in findings:
        said = plain(each.said)
        if each.page:
            said.append(f"\nsee {each.page}", "dim")
        table.add_row(each.part, Text(each.state, STYLES[each.state]), said)
    return table
