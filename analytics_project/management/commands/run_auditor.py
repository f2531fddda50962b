"""The auditor role."""

from argparse import RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError

from analytics_project.auditor import Auditor
from messaging import daemon, metrics

IDLE_S = (1.0, 1.0)  # how often it says that it lives, and sees a signal
EXPLANATION = """\
A broker can lose what it had confirmed: a queue is purged or deleted, its disk wiped.
Every AUDIT_SECONDS (5) this looks whether the events that were published since the
last time are applied, or parked as dead letters. What is neither was lost; then it
  tells how many events that are, in the log
  sets the watermark of the read side back, so that lagSeconds shows what is missing
  has the relay publish them again; the consumer counts no event twice

When it starts it looks at all events once. One is enough; a second one does no harm.
A database that is away is waited for. `reconcile --repair` does the same once, after
comparing every figure."""


class Command(BaseCommand):
    help = "Find events that were lost on the way, and send them again, until stopped."
    requires_system_checks = ("settings",)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION

    def handle(self, **_: Any) -> None:
        metrics.serve(host=settings.METRICS_HOST, port=settings.METRICS_PORT)
        with daemon.stop_on_signals() as stop:
            daemon.run(
                Auditor(seconds=settings.AUDIT_SECONDS, pause=stop.wait),
                stop=stop,
                idle=IDLE_S,
                transient=(OperationalError, InterfaceError),
                alive=daemon.touch(settings.ALIVE_FILE),
            )
