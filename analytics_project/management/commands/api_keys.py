"""The operator's door to the API keys."""

from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError
from django.utils import timezone
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytics_project.keys import store, uses
from analytics_project.keys.access import KEPT_S, SCOPES
from analytics_project.keys.errors import KeyRefused

EXPLANATION = f"""\
A key is sent as `Authorization: Bearer KEY`, where API_KEYS_REQUIRED is set. It is
shown once, when it is made, and kept as a hash alone: who loses it gets another one.
  create   prints the key to standard output, and nothing else
  list     every key with its state and when it was last used
  rotate   prints a new key like the old one, which lasts a while (--overlap-hours)
  limit    how many requests a minute, and at once; all without one: API_KEY_RATE
  revoke   every process refuses the key within {KEPT_S:g} s
  sync     after one of the databases was restored: both know the same keys again

Scopes: commands (port 8080), queries (port 8081 and its dashboard), admin (all)."""
HEADINGS = ("id", "name", "scopes", "state", "made", "ends", "last used", "limit")
WIDTH = 160  # of a table in a file
RATES = {"default": None, "none": 0}


def positive(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= 100_000:
        raise ArgumentTypeError("a whole number from 1 to 100000")
    return int(text)


def rate(text: str) -> int | None:
    if text in RATES:
        return RATES[text]
    return positive(text)


def not_empty(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ArgumentTypeError("some words, in one line")
    return text.strip()


class Command(BaseCommand):
    help = "Make, list, replace and revoke API keys."
    # Keys are made before the services start, and where no broker is known.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        create = actions.add_parser("create", help="make a key")
        create.add_argument("--name", type=not_empty, required=True, help="whose it is")
        create.add_argument(
            "--scope", choices=SCOPES, required=True, action="append", dest="scopes"
        )
        limit = actions.add_parser("limit", help="how much keys may ask")
        limit.add_argument("key_ids", nargs="+", metavar="ID")
        for each, needed in (create, False), (limit, True):
            each.add_argument(
                "--rate",
                type=rate,
                required=needed,
                help="requests a minute, `none` for no limit, or `default`",
            )
            each.add_argument("--burst", type=positive, help="requests at once")
        rotate = actions.add_parser("rotate", help="make a new key for an old one")
        rotate.add_argument("key_id", metavar="ID")
        rotate.add_argument(
            "--overlap-hours", type=positive, default=24, help="default 24"
        )
        for each in create, rotate:
            each.add_argument("--days", type=positive, default=365, help="default 365")
        actions.add_parser("list", help="all keys, oldest first")
        revoke = actions.add_parser("revoke", help="refuse keys from now on")
        revoke.add_argument("key_ids", nargs="+", metavar="ID")
        actions.add_parser("sync", help="make both databases agree")

    def handle(self, *, action: str, **options: Any) -> None:
        try:
            getattr(self, f"_{action}")(**options)
        except KeyRefused as error:
            raise CommandError(str(error)) from error
        except (OperationalError, InterfaceError, ImproperlyConfigured) as error:
            reason = str(error).strip().partition("\n")[0]
            raise CommandError(f"a database failed: {reason}") from error

    def _create(
        self,
        *,
        name: str,
        scopes: list[str],
        days: int,
        rate: int | None,
        burst: int | None,
        **_: Any,
    ) -> None:
        end = after(days=days)
        key = store.create(
            name=name, scopes=scopes, expires_at=end, per_minute=rate, burst=burst
        )
        self.stdout.write(key)
        self.stderr.write(f"It is shown this once, and ends on {end:%Y-%m-%d}.")

    def _rotate(self, *, key_id: str, overlap_hours: int, days: int, **_: Any) -> None:
        overlap = timedelta(hours=overlap_hours)
        key, end = store.rotate(key_id, overlap=overlap, expires_at=after(days=days))
        self.stdout.write(key)
        self.stderr.write(f"Shown this once. The old one ends {shown(end)} UTC.")

    def _revoke(self, *, key_ids: Sequence[str], **_: Any) -> None:
        store.revoke(key_ids)
        self.stdout.write(f"{len(set(key_ids))} revoked")

    def _limit(
        self,
        *,
        key_ids: Sequence[str],
        rate: int | None,
        burst: int | None,
        **_: Any,
    ) -> None:
        store.limit(key_ids, per_minute=rate, burst=burst)
        self.stdout.write(f"{len(set(key_ids))} limited")

    def _sync(self, **_: Any) -> None:
        self.stdout.write(f"{store.sync()} keys were not the same in both databases")

    def _list(self, **_: Any) -> None:
        table = Table(box=box.SIMPLE_HEAD)
        for heading in HEADINGS:
            table.add_column(heading, overflow="fold")
        last = uses.last_uses()
        for key in store.rows("default"):
            moments = key.created_at, key.expires_at, last.get(key.pk)
            words = (key.pk, key.name, key.scopes, store.state(key))
            limit = store.limit_of(key)
            table.add_row(*map(Text, words), *map(shown, moments), limit)
        self.stdout.ending = ""  # rich ends its lines itself
        width = None if self.stdout.isatty() else WIDTH
        console = Console(file=self.stdout, width=width, highlight=False)  # type: ignore[arg-type]
        console.print(table if table.row_count else "There are no keys.")


def after(*, days: int) -> datetime:
    return timezone.now() + timedelta(days=days)


def shown(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M}" if moment else "never"
