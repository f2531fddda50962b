"""Puts away what is old: events go to an archive, bookkeeping is deleted."""

import re
import signal
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from rich import box
from rich.console import Console
from rich.table import Table

from analytics_project.retention import events, rows
from analytics_project.retention.outcome import Outcome
from analytics_project.retention.progress import watching
from analytics_project.retention.session import alone
from commands_app.errors import RetentionError
from projections_app.rebuild import Watcher

INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it
WIDTH = 120  # of a table in a file
UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
OUTBOX = "outbox"
TABLES = [OUTBOX, *rows.TABLES]
NUMBERS = {"rows", "go", "MB"}
EXPLANATION = f"""\
outbox            events that are published and applied go to the archive, in whole
                  partitions; a partition holds a {events.PARTS}th of what is kept
idempotency_keys  a request that comes again after that is a new one
processed_events  a cache: the ledger keeps repetitions out for ever
delivery_attempts and dead_letters that a retry has settled

Events stay while one before them is not published, not applied or parked, and where
no archive is named. A partition is dropped when its archive was read back. Nobody
waits for long; a run that is interrupted or killed is gone on with by the next one.
How long each table keeps its rows is set by *_KEEP_DAYS."""


def age(text: str) -> timedelta:
    if not (found := re.fullmatch(r"(\d{1,6})([dhms])", text)):
        raise ArgumentTypeError("a number and d, h, m or s, such as 7d")
    return timedelta(**{UNITS[found[2]]: int(found[1])})


class Command(BaseCommand):
    help = "Put away old events and delete old bookkeeping."
    requires_system_checks = ("settings",)

    def run_from_argv(self, argv: list[str]) -> None:
        """SIGTERM ends it like Ctrl-C does."""
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        super().run_from_argv(argv)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        parser.add_argument(
            "tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)} (all)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would go, and what stays"
        )
        parser.add_argument(
            "--older-than", type=age, metavar="AGE", help="7d, 12h: instead of settings"
        )
        parser.add_argument(
            "--archive", type=Path, metavar="DIR", help="where events go (ARCHIVE_DIR)"
        )

    def handle(
        self,
        *,
        tables: list[str],
        dry_run: bool,
        older_than: timedelta | None,
        archive: Path | None,
        **_: Any,
    ) -> None:
        if unknown := set(tables) - set(TABLES):
            known = ", ".join(TABLES)
            raise CommandError(f"no table {', '.join(unknown)}; there are {known}")
        self.stdout.ending = ""  # rich ends its lines itself
        width = None if self.stdout.isatty() else WIDTH
        self.console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
        self.dry_run, self.older_than = dry_run, older_than
        self.directory = archive or settings.ARCHIVE_DIR
        try:
            with alone():
                self._prune(tables or TABLES)
        except (OperationalError, InterfaceError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"a database failed: {reason}") from error
        except (RetentionError, OSError) as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError(
                "interrupted; the next run goes on", returncode=INTERRUPTED
            ) from None

    def _prune(self, tables: list[str]) -> None:
        told = Table(box=box.SIMPLE_HEAD)
        for heading in ("table", "older than", "rows", "go", "MB", "stays"):
            told.add_column(heading, justify="right" if heading in NUMBERS else "left")
        try:
            with watching(self.console) as watcher:
                failed = [self._add(told, table, watcher) for table in tables]
        finally:
            self.console.print(told)
        for error in filter(None, failed):
            raise error
        if self.dry_run:
            self.console.print("nothing was changed")

    def _add(self, told: Table, table: str, watcher: Watcher) -> RetentionError | None:
        """Why it failed, for the other tables can do without this one."""
        try:
            for each in self._pruned(table, self._keep(table), watcher):
                told.add_row(*columns(each, self._keep(table)))
        except RetentionError as error:
            return error
        return None

    def _keep(self, table: str) -> timedelta:
        if self.older_than is not None:
            return self.older_than
        return timedelta(days=settings.KEEP_DAYS[table])

    def _pruned(
        self, table: str, keep: timedelta, watcher: Watcher
    ) -> Iterator[Outcome]:
        before = timezone.now() - keep
        if table == OUTBOX:
            if not self.dry_run:
                events.turn(keep)
            yield from events.prune(
                before=before,
                directory=self.directory,
                watcher=watcher,
                dry_run=self.dry_run,
            )
            return
        yield rows.count(rows.TABLES[table], before)
        if not self.dry_run:
            rows.prune(rows.TABLES[table], before, watcher)


def columns(told: Outcome, keep: timedelta) -> tuple[str, ...]:
    size = f"{told.size / 1e6:,.0f}"
    age = f"{keep.days} days" if keep >= timedelta(days=1) else str(keep)
    return told.what, age, f"{told.rows:,}", f"{told.go:,}", size, told.stays
