"""The consumer role."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from messaging import daemon, metrics
from messaging.subscriber import Subscriber
from projections_app.consumer import Consumer

IDLE_S = (0.05, 0.5)  # a message ends the wait; this is how late a signal is seen


class Command(BaseCommand):
    help = (
        "Apply the events of the queue to the read tables until stopped. Any number "
        "may run: one consumes, the others stand by. SIGTERM finishes the batch in "
        "hand. A broker or read database that is away is waited for."
    )
    requires_system_checks = ("settings",)

    def handle(self, **_: Any) -> None:
        consumer = Consumer(
            subscriber=Subscriber(
                urls=settings.BROKER_URLS,
                prefetch=2 * settings.CONSUMER_BATCH,  # one batch in hand, one waits
                name="consumer",
            ),
            batch=settings.CONSUMER_BATCH,
            max_attempts=settings.MAX_ATTEMPTS,
        )
        touch = daemon.touch(settings.ALIVE_FILE)
        metrics.serve(host=settings.METRICS_HOST, port=settings.METRICS_PORT)
        with daemon.stop_on_signals() as stop:
            daemon.run(
                consumer,
                stop=stop,
                idle=IDLE_S,
                transient=(),  # the consumer retries in place, deliveries in hand
                alive=lambda: touch() if consumer.healthy else None,
            )
