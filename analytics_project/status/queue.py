"""The broker, and what its queues hold."""

from collections.abc import Iterator

from django.conf import settings

from analytics_project.status.finding import RECOVER, Finding, judged, well
from messaging import amqp
from messaging.topology import DEAD_LETTER_QUEUE, QUEUE


def findings() -> Iterator[Finding]:
    depths = amqp.depths(settings.BROKER_URLS, "status")
    yield well("broker", "answers")
    messages, consumers = depths[QUEUE]
    yield judged(
        "queue",
        f"{messages:,} messages wait; consumers: {consumers}",
        is_well=consumers > 0,
        page=RECOVER,
        messages=messages,
        consumers=consumers,
        dead_letters=depths[DEAD_LETTER_QUEUE].messages,
    )
