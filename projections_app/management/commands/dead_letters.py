"""The operator's door to the parked messages."""

from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from rich.console import Console

from messaging import topology
from messaging.daemon import stop_on_signals
from messaging.errors import MessagingError
from messaging.subscriber import Subscriber
from projections_app import dead_letters
from projections_app.errors import ProjectionError
from projections_app.management import operator
from projections_app.management.letter_tables import grouped, listed, shown
from projections_app.management.retrying import Retrying
from projections_app.models import DeadLetter, DeadLetterAction

EXPLANATION = """\
A message that can never be applied (broken JSON, an unknown event, figures that
contradict each other or end the process) is parked: it is written to the table
dead_letters with the reason, and all others go on. It stays until it is settled:
  retry    once the cause is gone, apply it; each event is counted once, always
  discard  give it up for good; the message and your reason are kept
  sync     make RabbitMQ's queue analytics.dlq, which holds copies, agree

retry and discard take numbers, --all, or filters that must all fit. What is parked
when the command begins is the set; what comes later is not touched. Each action is
kept with its outcome, and with who did it, in dead_letter_actions."""

WIDTH = 120  # of a table in a file
INTERRUPTED = 130  # exit status after Ctrl-C, as shells have it


class Command(BaseCommand):
    help = "Look at the messages that could not be applied, retry or discard them."
    requires_system_checks = ("settings",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        listing = actions.add_parser("list", help="what is parked, newest first")
        listing.add_argument("--all", action="store_true", help="also what is settled")
        listing.add_argument("--limit", type=int, default=50, help="rows (default 50)")
        listing.add_argument("--groups", action="store_true", help="a line a group")
        filters(listing)
        show = actions.add_parser("show", help="one message: reason, trace and body")
        show.add_argument("ids", type=int, nargs=1, metavar="ID")
        retry = actions.add_parser("retry", help="apply parked messages again")
        selection(retry)
        retry.add_argument("--rate", type=rate, help="messages a second, at most")
        discard = actions.add_parser("discard", help="give parked messages up")
        selection(discard)
        discard.add_argument("--reason", default="", help="why, for the record")
        sync = actions.add_parser("sync", help="make the broker's queue agree")
        for acting in (retry, discard, sync):
            acting.add_argument(
                "--by",
                default=operator.name(),
                help="who, for the record (%(default)s)",
            )

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
        except KeyboardInterrupt:
            raise CommandError("interrupted", returncode=INTERRUPTED) from None

    def _list(self, *, all: bool, limit: int, groups: bool, **options: Any) -> None:
        letters = filter_of(options)(
            DeadLetter.objects.all() if all else dead_letters.parked()
        )
        table = grouped(letters) if groups else listed(letters, limit)
        self.console.print(table if table.row_count else "Nothing is parked.")

    def _show(self, *, ids: Sequence[int], **_: Any) -> None:
        letter = DeadLetter.objects.filter(id=ids[0]).first()
        if letter is None:
            raise CommandError(f"there is no dead letter {ids[0]}")
        actions = DeadLetterAction.objects.filter(letter_id=letter.id).order_by("id")
        for part in shown(letter, actions):
            self.console.print(part)

    def _retry(
        self, *, rate: float | None, by: str, dry_run: bool, **options: Any
    ) -> None:
        ids = chosen(**options)
        retrying = Retrying(self.console, verbose=bool(options["ids"]), dry_run=dry_run)
        with stop_on_signals() as stop:
            paced = dead_letters.paced(ids, rate=rate, stop=stop)
            retrying.run(dead_letters.retry(paced, by=by, dry_run=dry_run), len(ids))
        self.console.print(retrying.summary(len(ids)))
        if stop.is_set():
            raise CommandError("interrupted", returncode=INTERRUPTED)
        if retrying.failed:
            raise CommandError(f"{retrying.failed} of {len(ids)} could not be applied")

    def _discard(self, *, by: str, reason: str, dry_run: bool, **options: Any) -> None:
        ids = chosen(**options)
        if dry_run:
            self.console.print(grouped(dead_letters.among(ids)))
            self.console.print(f"{len(ids)} would be discarded; nothing was changed")
            return
        if not reason:
            raise CommandError("--reason is missing: the reason is kept for the record")
        count = dead_letters.discard(ids, by=by, reason=reason)
        self.console.print(f"{count} discarded")

    def _sync(self, *, by: str, **_: Any) -> None:
        queue = Subscriber(
            urls=settings.BROKER_URLS,
            prefetch=dead_letters.SYNC_LIMIT,
            name="dead-letters-sync",
            queue=topology.DEAD_LETTER_QUEUE,
        )
        queue.connect()
        with closing(queue):
            done = dead_letters.sync(queue, by=by)
        self.console.print(
            f"{topology.DEAD_LETTER_QUEUE}: {done['copied']} copied to the table, "
            f"{done['dropped']} dropped as settled, {done['kept']} kept as parked"
        )


def filters(parser: CommandParser) -> None:
    parser.add_argument("--type", help="of this event type")
    parser.add_argument(
        "--error", type=some, metavar="TEXT", help="with TEXT in the reason"
    )
    parser.add_argument("--group", metavar="KEY", help="of the group (list --groups)")
    parser.add_argument(
        "--before", type=moment, metavar="TIME", help="parked before, UTC if not said"
    )


def selection(parser: CommandParser) -> None:
    parser.add_argument("ids", type=int, nargs="*", metavar="ID")
    parser.add_argument("--all", action="store_true", help="all that is parked now")
    filters(parser)
    parser.add_argument("--dry-run", action="store_true", help="change nothing")


def filter_of(options: dict[str, Any]) -> dead_letters.Filter:
    return dead_letters.Filter(
        **{name: options[name] for name in dead_letters.Filter._fields}
    )


def chosen(*, ids: Sequence[int], all: bool, **options: Any) -> list[int]:
    """The fixed set, in the order in which it is worked on."""
    wanted = filter_of(options)
    ways = [bool(ids), all, wanted != dead_letters.Filter()]
    if sum(ways) != 1:
        raise CommandError("say which: either numbers, or --all, or filters")
    if ids:
        return dead_letters.numbered(ids)
    return dead_letters.fixed(wanted(dead_letters.parked()))


def rate(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ArgumentTypeError("a rate is more than 0 messages a second")
    return value


def some(text: str) -> str:
    if not text.strip():
        raise ArgumentTypeError("an empty text fits all: that is --all")
    return text


def moment(text: str) -> datetime:
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError("a time is written like 2026-05-03T14:00") from None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
