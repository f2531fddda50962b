"""A link to a server that takes bytes in, passes them on, and may stop doing so."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

CHUNK = 65536  # bytes


class Link:
    """Once deaf, it accepts what the client sends, drops it and breaks off.

    `nonsense` is what the client hears instead of what the server says.
    """

    def __init__(self, server_url: str) -> None:
        server = urlsplit(server_url)
        assert server.hostname
        assert server.port
        self._server = (server.hostname, server.port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        here = f"127.0.0.1:{self.port}"
        self.url = server_url.replace(f"{server.hostname}:{server.port}", here)
        self.nonsense = b""
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
                server = socket.create_connection(self._server)
                for ends in ((client, server), (server, client)):
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
                target.sendall((target is client and self.nonsense) or data)
            for end in (source, target):
                end.shutdown(socket.SHUT_RDWR)


@contextmanager
def link_to(server_url: str) -> Iterator[Link]:
    link = Link(server_url)
    try:
        yield link
    finally:
        link.close()
