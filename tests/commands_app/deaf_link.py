"""A link to the broker that takes bytes in, passes them on, and may stop doing so."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536  # bytes


class Link:
    """Once deaf, it accepts what the client sends, drops it and breaks off."""

    def __init__(self, broker_url: str) -> None:
        broker = urlsplit(broker_url)
        assert broker.hostname
        assert broker.port
        self._broker = (broker.hostname, broker.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        here = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.url = broker_url.replace(f"{broker.hostname}:{broker.port}", here)
        self.deaf = False
        self.dropped = 0  # bytes
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):  # wakes the thread that accepts
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):  # the listener was closed
            while True:
                client, _ = self._listener.accept()
                broker = socket.create_connection(self._broker)
                for ends in ((client, broker), (broker, client)):
                    threading.Thread(
                        target=self._pass_on, args=[*ends, client], daemon=True
                    ).start()

    def _pass_on(
        self, source: socket.socket, target: socket.socket, client: socket.socket
    ) -> None:
        with source, target, suppress(OSError):  # the other direction has ended
            while data := source.recv(CHUNK):
                if self.deaf and source is client:
                    self.dropped += len(data)
                    break
                target.sendall(data)
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def link_to(broker_url: str) -> Iterator[Link]:
    link = Link(broker_url)
    try:
        yield link
    finally:
        link.close()
