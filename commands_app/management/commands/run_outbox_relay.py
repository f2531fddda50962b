"""The outbox-relay role."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError

from commands_app.relay import Relay
from messaging import daemon, metrics
from messaging.publisher import Publisher

IDLE_S = (0.01, 0.1)  # shortest and longest wait between two looks at the outbox


class Command(BaseCommand):
    help = (
        "Publish the outbox's events to RabbitMQ until stopped. Any number may run: "
        "one leads, the others stand by. SIGTERM finishes the window in hand."
    )
    requires_system_checks = ("settings",)

    def handle(self, **_: Any) -> None:
        relay = Relay(
            publisher=Publisher(urls=settings.BROKER_URLS, name="outbox-relay"),
            window=settings.RELAY_WINDOW,
        )
        metrics.serve(host=settings.METRICS_HOST, port=settings.METRICS_PORT)
        with daemon.stop_on_signals() as stop:
            daemon.run(
                relay,
                stop=stop,
                idle=IDLE_S,
                transient=(OperationalError, InterfaceError),
                alive=daemon.touch(settings.ALIVE_FILE),
            )
