"""A relay between the outbox and a broker of its own."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from commands_app.relay import Relay
from tests.commands_app.relaying import make_relay


@pytest.fixture
def relay(broker_url: str) -> Iterator[Relay]:
    with closing(make_relay(broker_url)) as relay:
        relay.connect()
        yield relay
