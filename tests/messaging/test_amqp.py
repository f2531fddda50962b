"""What a connection is asked to be."""

import pytest

from messaging import amqp


@pytest.mark.parametrize(
    ("asked", "heartbeat"), [("", amqp.HEARTBEAT_S), ("?heartbeat=5", 5)]
)
def test_a_url_may_ask_for_another_heartbeat(asked: str, heartbeat: int) -> None:
    (node,) = amqp.parameters([f"amqp://user:secret@host:5672/%2F{asked}"], "name")
    assert node.heartbeat == heartbeat
    assert node.blocked_connection_timeout == amqp.BLOCKED_TIMEOUT_S
