"""Rebuilds read tables while the system runs; shows how it goes."""

import signal
from argparse import RawDescriptionHelpFormatter
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from rich.console import Console

from analytics_project.reconcile import reconcile
from analytics_project.watchers import watching
from commands_app import archive
from commands_app.errors import RetentionError
from projections_app import replay
from projections_app.errors import ProjectionError, ReplayAborted
from projections_app.plan import plan
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS
from projections_app.rebuild import Watcher
from projections_app.swap import Swap

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it
BY_NAME = {projection.name: projection for projection in PROJECTIONS}
EXPLANATION = """\
New tables are filled beside the live ones, caught up, verified against the write side
and swapped in within milliseconds. Consumer and query service go on all the time. The
tables that were live are kept until the next swap: --rollback brings them back, with
all that came since.

  --from ledger   rolls the views up from the ledger (the default)
  --from outbox   rebuilds ledger and product catalogue as well, from all events;
                  those that `prune` has put away are read from ARCHIVE_DIR"""


class Command(BaseCommand):
    help = "Rebuild read models while the system runs."

    def run_from_argv(self, argv: list[str]) -> None:
        """SIGTERM cleans up like Ctrl-C does."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        super().run_from_argv(argv)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help=f"of {', '.join(BY_NAME)} (all)"
        )
        parser.add_argument("--from", dest="source", choices=("ledger", "outbox"))
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would be done"
        )
        parser.add_argument(
            "--rollback",
            action="store_true",
            help="bring the tables of before the newest swap back",
        )

    def handle(
        self,
        *,
        names: list[str],
        source: str | None,
        dry_run: bool,
        rollback: bool,
        **_: Any,
    ) -> None:
        self.stdout.ending = ""  # rich ends its lines itself
        self.console = Console(file=self.stdout, highlight=False)  # type: ignore[arg-type]
        check(names, source, rollback=rollback, dry_run=dry_run)
        projections = [each for each in PROJECTIONS if each.name in names]
        try:
            if dry_run:
                self._plan(projections or [*PROJECTIONS], source)
            elif rollback:
                self._run(lambda watcher: replay.rollback(watcher=watcher))
            else:
                chosen = projections or [*PROJECTIONS]
                self._run(lambda watcher: forth(chosen, source, watcher))
        except (ProjectionError, RetentionError) as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"a database failed: {error}") from error
        except KeyboardInterrupt:
            raise CommandError("interrupted", returncode=INTERRUPTED) from None

    def _run(self, work: Callable[[Watcher], Swap]) -> None:
        with watching(self.console) as watcher:
            done = work(watcher)
        self._say(
            f"swapped in: {', '.join(done.tables)}\n"
            f"readers waited {done.readers * 1000:.0f} ms,"
            f" the projector {done.projector * 1000:.0f} ms"
            + (f", after {done.attempts} attempts" if done.attempts > 1 else "")
        )

    def _say(self, text: str) -> None:
        self.console.print(text, soft_wrap=True)

    def _plan(self, projections: list[Projection], source: str | None) -> None:
        events = None
        if source == "outbox":
            events = archive.recorded(settings.ARCHIVE_DIR)
        found = plan(projections=projections, events=events)
        self._say(f"tables to rebuild: {', '.join(found.tables)}")
        if events is not None:
            self._say(f"events in the outbox: {events:,}")
        self._say(f"lines in the ledger: {found.lines:,}")
        if found.first and found.last:
            self._say(
                f"from {found.first:%Y-%m-%d %H:%M} to {found.last:%Y-%m-%d %H:%M} UTC"
            )
        self._say(f"the rebuild takes about {found.seconds:.0f} s")
        self._say("nothing was changed")


def check(
    names: list[str], source: str | None, *, rollback: bool, dry_run: bool
) -> None:
    if unknown := set(names) - set(BY_NAME):
        known = ", ".join(BY_NAME)
        raise CommandError(f"no projection {', '.join(unknown)}; there are {known}")
    if source == "outbox" and names:
        raise CommandError("--from outbox rebuilds all tables together: give no names")
    if rollback and (names or source or dry_run):
        raise CommandError("--rollback undoes the newest swap and takes nothing else")


def forth(projections: list[Projection], source: str | None, watcher: Watcher) -> Swap:
    history = None
    if source == "outbox":
        history = partial(archive.history, settings.ARCHIVE_DIR)
    return replay.replay(
        projections=projections, history=history, verify=verify, watcher=watcher
    )


def verify(resume: Callable[[], None]) -> None:
    """The rebuilt tables hold what they should, of the events applied so far."""
    report = reconcile(excused=("pending", "lost", "parked"), on_snapshot=resume)
    if not report.differences and report.sums_agree:
        return
    wrong = [
        f"{each.differences} in {each.table} (first: {each.examples[0].key})"
        for each in report.comparisons
        if each.differences
    ]
    raise ReplayAborted(
        f"the rebuilt tables differ from the write side: {', '.join(wrong)}. The live"
        " tables are as they were; --from outbox rebuilds the ledger as well."
    )
