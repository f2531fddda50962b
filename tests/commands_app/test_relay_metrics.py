"""The relay measures what it publishes, and how long broker and connection take."""

from contextlib import closing

import pika
import pytest

from commands_app.relay import LEADING, PUBLISHED, REFUSED, WINDOW, Relay
from messaging import topology
from messaging.publisher import CONFIRMING, PUBLISHING
from tests.commands_app.relaying import write_events
from tests.messaging.metered import count, total

pytestmark = pytest.mark.django_db(transaction=True, databases=["default"])


def test_a_window_is_measured(relay: Relay) -> None:
    events, windows = total(PUBLISHED), count(WINDOW)
    times = count(PUBLISHING), count(CONFIRMING)
    write_events(3)

    relay.run_once()

    assert (total(PUBLISHED), count(WINDOW)) == (events + 3, windows + 1)
    with_watermark = (times[0] + 2, times[1] + 2)
    assert (count(PUBLISHING), count(CONFIRMING)) == with_watermark


def test_events_that_come_back_are_counted(relay: Relay, broker_url: str) -> None:
    published, refused = total(PUBLISHED), total(REFUSED)
    with closing(pika.BlockingConnection(pika.URLParameters(broker_url))) as other:
        other.channel().queue_unbind(topology.QUEUE, topology.EXCHANGE, "#")
    write_events(2)

    relay.run_once()

    assert (total(PUBLISHED), total(REFUSED)) == (published, refused + 2)


def test_a_relay_leads_until_it_lets_go(relay: Relay) -> None:
    relay.run_once()
    assert total(LEADING) == 1

    relay.close()

    assert total(LEADING) == 0
