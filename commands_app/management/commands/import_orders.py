"""Imports past orders from a CSV file, or from the sample data set."""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError

from commands_app.imports import complete_journey, csv_file
from commands_app.imports.draft import drafts, with_clean_references
from commands_app.imports.errors import ImportFailed
from commands_app.imports.importer import Importer
from commands_app.imports.progress import progress
from commands_app.imports.rejects import rejects_file
from commands_app.imports.row import COLUMNS, Row
from commands_app.imports.staging import staging
from commands_app.imports.summary import summary
from messaging.daemon import stop_on_signals

AGAIN = "Whole orders were imported; run the same command again to go on."
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it
SAMPLES: dict[str, Callable[[], Iterator[Row]]] = {
    "complete-journey": complete_journey.read
}
DESCRIPTION = f"""\
Import past orders from a CSV file, or a sample of them.

The file is UTF-8 with a header and one order line in each row:
  {",".join(COLUMNS)}
Lines with the same reference are one order, wherever in the file they stand.
placed_at is ISO 8601 (UTC if it names no zone); discount is money off the whole line
and may be empty. Products are found by sku; those not found are created.

Lines that cannot be imported are written to the rejects file with the reason; the rest
is imported. An order whose reference exists is left as it is: an import that was
interrupted is finished by running it again, and running it twice adds nothing."""


class Command(BaseCommand):
    help = DESCRIPTION

    def create_parser(self, *args: Any, **kwargs: Any) -> CommandParser:
        raw = argparse.RawDescriptionHelpFormatter
        return super().create_parser(*args, formatter_class=raw, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        source = parser.add_mutually_exclusive_group(required=True)
        source.add_argument("file", nargs="?", type=Path, metavar="FILE.csv")
        source.add_argument(
            "--sample", choices=SAMPLES, help="a year of a grocer's sales"
        )
        parser.add_argument(
            "--batch", type=_count, default=500, help="orders a transaction (500)"
        )
        parser.add_argument(
            "--rejects",
            type=Path,
            metavar="FILE",
            help="where rejected lines go (NAME.rejects.csv in the current folder)",
        )
        parser.add_argument(
            "--limit", type=_count, help="import at most so many orders"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="check and count, write nothing"
        )

    def handle(self, **options: Any) -> None:
        try:
            with stop_on_signals() as stop:
                self._import(stop=stop, **options)
        except ImportFailed as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            raise CommandError(f"the database failed: {error}\n{AGAIN}") from error
        except KeyboardInterrupt:
            raise CommandError(
                f"interrupted. {AGAIN}", returncode=INTERRUPTED
            ) from None

    def _import(
        self,
        *,
        stop: Event,
        file: Path | None,
        sample: str,
        rejects: Path | None,
        batch: int,
        limit: int | None,
        dry_run: bool,
        **_: Any,
    ) -> None:
        path = rejects or Path(f"{file.stem if file else sample}.rejects.csv")
        if file and path.resolve() == file.resolve():
            raise ImportFailed("the rejects would overwrite the input")
        began = time.monotonic()
        with rejects_file(path) as rejected, staging() as stage:
            rows = csv_file.read(file, rejects=rejected) if file else SAMPLES[sample]()
            rows = with_clean_references(rows, rejects=rejected)
            with progress(sys.stderr) as track:
                stage.fill(track(until(stop, rows), title="Reading"))
            if limit:
                stage.keep_orders(limit)
            importer = Importer(rejects=rejected, dry_run=dry_run)
            try:
                with progress(sys.stderr) as track:
                    staged = until(stop, stage.rows())
                    staged = track(staged, title="Importing", total=len(stage))
                    importer.run(drafts(staged, rejects=rejected), batch=batch)
            finally:
                seconds = time.monotonic() - began
                self.stdout.write(
                    summary(
                        importer.tally, seconds=seconds, rejects=path, dry_run=dry_run
                    )
                )


def until(stop: Event, rows: Iterable[Row]) -> Iterator[Row]:
    """Raises KeyboardInterrupt at the next row: so never in a transaction."""
    for row in rows:
        if stop.is_set():
            raise KeyboardInterrupt
        yield row


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number
