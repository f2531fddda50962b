"""Clients that take their time, each a connection that is held open."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle, islice
from threading import Event, Thread
from typing import NamedTuple

DRIP_S = 1.0  # between two bytes of one client: none falls silent
HEAD = b"POST /api/orders HTTP/1.1\r\nHost: localhost\r\n"
JSON = HEAD + b"Content-Type: application/json\r\n"


class Kind(NamedTuple):
    """What is sent at once, and what follows byte by byte, for ever."""

    begin: bytes
    drip: bytes = b""


ARRIVING = {
    "nothing": Kind(b""),
    "a part of a head": Kind(HEAD),
    "a head, by the byte": Kind(HEAD + b"X: ", b"x"),
    "a part of a body": Kind(JSON + b"Content-Length: 90\r\n\r\n{"),
    "a body, by the byte": Kind(JSON + b"Content-Length: 90000\r\n\r\n{", b" "),
}
LONG = {
    "a long body, by the byte": Kind(JSON + b"Content-Length: 900000\r\n\r\n{", b" "),
    "chunks, by the byte": Kind(
        JSON + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"
    ),
}


SCRIPT = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
READING = {
    "a large file, by the byte": Kind(
        f"GET {SCRIPT} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    ),
}


@contextmanager
def clients(port: int, count: int, kinds: Sequence[Kind]) -> Iterator[None]:
    """So many at once; each that the server sends away comes back at once."""
    with ExitStack() as links:
        crowd = [Slow(port, kind) for kind in islice(cycle(kinds), count)]
        for each in crowd:
            links.callback(each.close)
        end = Event()
        thread = Thread(target=keep_up, args=(crowd, end))
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()


class Slow:
    def __init__(self, port: int, kind: Kind) -> None:
        self._address, self._kind = ("127.0.0.1", port), kind
        self._connect()

    def _connect(self) -> None:
        self.link = socket.create_connection(self._address, timeout=10)
        self.link.sendall(self._kind.begin)
        self.link.settimeout(0)

    def drip(self) -> None:
        try:
            self.link.send(self._kind.drip)
            if self.link.recv(1) == b"":
                raise ConnectionError
        except BlockingIOError:
            pass
        except OSError:
            self.link.close()
            self._connect()

    def close(self) -> None:
        self.link.close()


def keep_up(crowd: Sequence[Slow], end: Event) -> None:
    while not end.wait(DRIP_S):
        for each in crowd:
            each.drip()
