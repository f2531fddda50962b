"""What a connection is asked to be, and what becomes of one that is refused."""

import select
import socket
import struct
from threading import Event, Thread

import pytest

from messaging import amqp
from messaging.errors import BrokerUnavailable

RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST


@pytest.mark.parametrize(
    ("asked", "heartbeat"), [("", amqp.HEARTBEAT_S), ("?heartbeat=5", 5)]
)
def test_a_url_may_ask_for_another_heartbeat(asked: str, heartbeat: int) -> None:
    (node,) = amqp.parameters([f"amqp://user:secret@host:5672/%2F{asked}"], "name")
    assert node.heartbeat == heartbeat
    assert node.blocked_connection_timeout == amqp.BLOCKED_TIMEOUT_S


def test_a_connection_that_is_reset_as_soon_as_it_is_made_is_no_fault_of_ours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The race is made certain: it is reset while pika asks who is at the other end."""
    asked, ask = Event(), socket.socket.getpeername

    def ask_late(self: socket.socket) -> object:
        asked.set()
        reset = select.poll()
        reset.register(self, select.POLLHUP)
        assert reset.poll(5_000)
        return ask(self)

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        Thread(target=reset_one, args=(server, asked), daemon=True).start()
        monkeypatch.setattr(socket.socket, "getpeername", ask_late)
        with pytest.raises(BrokerUnavailable, match="reset while connecting"):
            amqp.connect([f"amqp://user:secret@127.0.0.1:{port}/%2F"], "name")


def reset_one(server: socket.socket, when: Event) -> None:
    link, _ = server.accept()
    when.wait(5)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    link.close()
