"""Rebuilds read tables while the system runs; shows how it goes."""

import signal
import time
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from rich.console import Console, RenderableType

from analytics_project import forecast
from analytics_project.management import replay_reports
from analytics_project.replaying import Work, back, chosen, events_of, forth
from analytics_project.watchers import watching
from commands_app.errors import RetentionError
from projections_app import replay, replays
from projections_app.course import Course
from projections_app.errors import ProjectionError
from projections_app.journal import Journal
from projections_app.management import operator
from projections_app.models import Replay
from projections_app.plan import plan
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS

WIDTH = 120  # of a table in a file
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it
BY_NAME = {projection.name: projection for projection in PROJECTIONS}
EXPLANATION = """\
New tables are filled beside the live ones, caught up, verified against the write side
and swapped in within milliseconds. Consumer and query service go on all the time. The
tables that were live are kept until the next swap: --rollback brings them back, with
all that came since.

  --from ledger   rolls the views up from the ledger (the default)
  --from outbox   rebuilds ledger and product catalogue as well, from all events;
                  those that `prune` has put away are read from ARCHIVE_DIR

From another terminal (or the admin) --status looks at the replay that runs, --pause
halts it between two steps, --resume lets it go on, --cancel ends it, as Ctrl-C does. A
replay that was killed is run again by --resume: from the outbox it goes on with the
ledger that it had built, from the ledger it begins again."""
ALONE = ("rollback", "status", "pause", "resume", "cancel")


class Command(BaseCommand):
    help = "Rebuild read models while the system runs."
    requires_system_checks = ("settings",)

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
        flags = {
            "--dry-run": "say what would be done, how long, and which rows change",
            "--rollback": "bring the tables of before the newest swap back",
            "--status": "how the newest replay goes or went",
            "--pause": "halt the running replay after the step that it is at",
            "--resume": "go on: with the paused replay, or with one that was killed",
            "--cancel": "end the running replay; nothing is swapped",
        }
        for flag, meaning in flags.items():
            parser.add_argument(flag, action="store_true", help=meaning)
        parser.add_argument(
            "--by", default=operator.name(), help="who, for the record (%(default)s)"
        )

    def handle(
        self, *, names: list[str], source: str | None, by: str, **options: Any
    ) -> None:
        self.stdout.ending = ""  # rich ends its lines itself
        width = None if self.stdout.isatty() else WIDTH
        self.console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
        check(names, source, options)
        try:
            self._do(chosen(names), source or "ledger", by, options)
        except (ProjectionError, RetentionError) as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"a database failed: {error}") from error
        except KeyboardInterrupt:
            raise CommandError("interrupted", returncode=INTERRUPTED) from None

    def _do(
        self,
        projections: Sequence[Projection],
        source: str,
        by: str,
        options: dict[str, Any],
    ) -> None:
        if options["dry_run"]:
            self._plan(projections, source)
        elif options["status"]:
            self._look()
        elif options["pause"]:
            self._ask(Replay.Wanted.PAUSE, by, "will pause after the step it is at")
        elif options["cancel"]:
            self._ask(Replay.Wanted.CANCEL, by, "will end after the step it is at")
        elif options["resume"]:
            self._resume(by)
        elif options["rollback"]:
            self._run(back(), by)
        else:
            self._run(forth(projections, source), by)

    def _run(self, work: Work, by: str) -> None:
        course = Course(work.steps)
        with (
            watching(self.console, course) as display,
            Journal(
                source=work.source,
                names=work.names,
                by=by,
                course=course,
                display=display,
            ) as journal,
        ):
            done = work.run(journal)
        self._say(
            f"swapped in: {', '.join(done.tables)}",
            f"readers waited {done.readers * 1000:.0f} ms,"
            f" the projector {done.projector * 1000:.0f} ms"
            + (f", after {done.attempts} attempts" if done.attempts > 1 else ""),
        )

    def _plan(self, projections: Sequence[Projection], source: str) -> None:
        found = plan(projections=projections, source=events_of(source))
        self._say(*replay_reports.planned(found))
        began = time.perf_counter()
        if source == "outbox":
            ahead, comparisons = forecast.from_outbox(), 1
        else:
            ahead, comparisons = forecast.from_ledger(projections), 2
        seconds = (time.perf_counter() - began) / comparisons
        self._say(*replay_reports.estimated(found, seconds))
        self._say(*replay_reports.foreseen(ahead))
        self._say("nothing was changed")

    def _look(self) -> None:
        newest = replays.newest()
        self._say(*(replay_reports.looked_at(newest) if newest else ["none has run"]))

    def _ask(self, wanted: str, by: str, consequence: str) -> None:
        asked = replays.ask(wanted, by=by)
        self._say(f"replay {asked.pk} {consequence}; --status tells when it has")

    def _resume(self, by: str) -> None:
        newest, left = replays.newest(), replay.left_over()
        has_died = newest and newest.state == Replay.Outcome.DIED
        if newest is None or newest.is_running or not (has_died or left):
            self._ask(Replay.Wanted.RUN, by, "goes on")
            return
        died = newest.replay
        if died.source == Replay.Source.ROLLBACK:
            self._run(back(), by)
            return
        self._say(
            f"goes on behind event {left.position:,} of the outbox"
            if left
            else f"replay {died.pk} left nothing to go on with: begins again"
        )
        projections = chosen(died.names.split())
        self._run(forth(projections, died.source, left=left), by)

    def _say(self, *parts: RenderableType) -> None:
        for part in parts:
            self.console.print(part, soft_wrap=isinstance(part, str), markup=False)


def check(names: list[str], source: str | None, options: dict[str, Any]) -> None:
    if unknown := set(names) - set(BY_NAME):
        known = ", ".join(BY_NAME)
        raise CommandError(f"no projection {', '.join(unknown)}; there are {known}")
    if source == "outbox" and names:
        raise CommandError("--from outbox rebuilds all tables together: give no names")
    asked = [name for name in (*ALONE, "dry_run") if options[name]]
    alone = [name for name in asked if name in ALONE]
    if alone and (names or source or len(asked) > 1):
        raise CommandError(f"--{alone[0]} takes nothing else")
