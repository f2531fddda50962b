"""The operator's door to the parked messages."""

import json
from argparse import RawDescriptionHelpFormatter
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from messaging import topology
from messaging.errors import MessagingError
from messaging.subscriber import Subscriber
from projections_app import dead_letters
from projections_app.errors import ProjectionError
from projections_app.models import DeadLetter

EXPLANATION = """\
A message that can never be applied (broken JSON, an unknown event, figures that
contradict each other or end the process) is parked: it is written to the table
dead_letters with the reason, and all others go on. It stays until it is settled:
  retry    once the cause is gone, apply it; each event is counted once, always
  discard  give it up for good; the message and your reason are kept
  sync     make RabbitMQ's queue analytics.dlq, which holds copies, agree"""

WIDTH = 120  # of a table in a file


class Command(BaseCommand):
    help = "Look at the messages that could not be applied, retry or discard them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        listing = actions.add_parser("list", help="what is parked, newest first")
        listing.add_argument("--all", action="store_true", help="also what is settled")
        listing.add_argument("--limit", type=int, default=50, help="rows (default 50)")
        show = actions.add_parser("show", help="one message: reason, trace and body")
        show.add_argument("ids", type=int, nargs=1, metavar="ID")
        retry = actions.add_parser("retry", help="apply parked messages again")
        retry.add_argument("ids", type=int, nargs="+", metavar="ID")
        discard = actions.add_parser("discard", help="give parked messages up")
        discard.add_argument("ids", type=int, nargs="+", metavar="ID")
        discard.add_argument("--reason", required=True, help="why, for the record")
        actions.add_parser("sync", help="make the broker's dead-letter queue agree")

    def handle(self, *, action: str, **options: Any) -> None:
        self.stdout.ending = ""  # rich ends its lines itself
        width = None if self.stdout.isatty() else WIDTH
        self.console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
        try:
            getattr(self, f"_{action}")(**options)
        except (ProjectionError, MessagingError) as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError) as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"a database failed: {reason}") from error

    def _list(self, *, all: bool, limit: int, **_: Any) -> None:
        letters = DeadLetter.objects.all() if all else dead_letters.parked()
        table = Table(box=box.SIMPLE_HEAD)
        for heading in ("id", "parked at (UTC)", "event", "tries", "state", "reason"):
            table.add_column(heading, overflow="fold")
        for letter in letters.defer("body", "traceback").order_by("-id")[:limit]:
            table.add_row(
                str(letter.id),
                f"{letter.parked_at:%Y-%m-%d %H:%M:%S}",
                Text(letter.event_type or "?"),
                str(letter.attempts),
                letter.settlement or "parked",
                Text(letter.reason),
            )
        self.console.print(table if table.row_count else "Nothing is parked.")

    def _show(self, *, ids: Sequence[int], **_: Any) -> None:
        letter = DeadLetter.objects.filter(id=ids[0]).first()
        if letter is None:
            raise CommandError(f"there is no dead letter {ids[0]}")
        table = Table(box=box.SIMPLE, show_header=False)
        for name in ("event_type", "event_id", "fingerprint", "reason", "attempts",
                     "parked_at", "settlement", "settled_at"):  # fmt: skip
            table.add_row(name.replace("_", " "), Text(str(getattr(letter, name))))
        self.console.print(table)
        self.console.print(Text(letter.traceback))
        self.console.print(Text(_readable(bytes(letter.body))))

    def _retry(self, *, ids: Sequence[int], **_: Any) -> None:
        outcomes = dead_letters.retry(ids)
        for id_, reason in outcomes.items():
            outcome = f"still parked: {reason}" if reason else "applied"
            self.console.print(Text(f"{id_}: {outcome}"))
        failed = sum(reason is not None for reason in outcomes.values())
        if failed:
            raise CommandError(f"{failed} of {len(ids)} could not be applied")

    def _discard(self, *, ids: Sequence[int], reason: str, **_: Any) -> None:
        dead_letters.discard(ids, reason=reason)
        self.console.print(f"{len(ids)} discarded")

    def _sync(self, **_: Any) -> None:
        queue = Subscriber(
            urls=settings.BROKER_URLS,
            prefetch=dead_letters.SYNC_LIMIT,
            name="dead-letters-sync",
            queue=topology.DEAD_LETTER_QUEUE,
        )
        queue.connect()
        try:
            done = dead_letters.sync(queue)
        finally:
            queue.close()
        self.console.print(
            f"{topology.DEAD_LETTER_QUEUE}: {done['copied']} copied to the table, "
            f"{done['dropped']} dropped as settled, {done['kept']} kept as parked"
        )


def _readable(body: bytes) -> str:
    """Indented JSON if it is JSON, else what the bytes say as text."""
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body.decode(errors="backslashreplace")
