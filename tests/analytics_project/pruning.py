"""An outbox in partitions, and runs of `prune` on it."""

from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from analytics_project.reconcile import reconcile
from commands_app import outbox, partitions
from messaging.envelope import decode
from tests.analytics_project.auditing import NOW, an_auditor, rounds
from tests.analytics_project.pipeline import a_shop, deliver
from tests.projections_app import oracle

DELIVERED = oracle.TABLES.keys() - {"processed_events"}  # a cache: it may be shorter


def one_partition() -> None:
    """As the migration leaves it."""
    values = {"number": 0, "first": 0, "end": partitions.SPAN}
    with connections["default"].cursor() as cursor:
        for number in partitions.numbers():
            cursor.execute(f"DROP TABLE outbox_{number}")
        cursor.execute(partitions.MAKE.format(**values))
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('outbox', 'id'), 1, false)"
        )


def turn() -> None:
    partitions.make_next()
    partitions.turn()


def a_divided_shop() -> None:
    """14 events in each of two closed partitions and in the one in use; all applied."""
    for _ in range(2):
        a_shop()
        turn()
    a_shop()
    deliver(ahead=NOW)


def prune(archive: Path | None, *arguments: str) -> str:
    out = StringIO()
    named = ["--archive", str(archive)] if archive else []
    options = ["--older-than", "0s", *named, *arguments]
    call_command("prune", "outbox", *options, stdout=out)
    return out.getvalue()


def replay() -> None:
    call_command("replay_projections", "--from", "outbox", stdout=StringIO())


def tables() -> dict[str, oracle.Table]:
    return {name: rows for name, rows in oracle.stored().items() if name in DELIVERED}


def live() -> list[str]:
    """The events in the outbox."""
    return [str(decode(body).envelope.id) for body in outbox.history()]


def is_well() -> bool:
    """Neither the auditor nor reconcile misses anything."""
    return rounds(an_auditor()) == [] and reconcile().is_clean
