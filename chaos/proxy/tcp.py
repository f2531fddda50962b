"""A TCP proxy whose faults are changed while connections run through it."""

import asyncio
import contextlib
import socket
import struct
import threading
from asyncio import StreamReader, StreamWriter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from chaos.proxy.toxics import Toxic

CHUNK = 65536  # bytes
PATIENCE_S = 10.0  # of whoever asks the proxy's thread for something
RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST

Tap = Callable[[bytes], None]
MakeTap = Callable[[], Tap]


def unheard() -> Tap:
    """For connections that nobody listens to."""
    return lambda _: None


@dataclass(eq=False)
class _Link:
    """A client's connection and the server's; `lossy`: bytes of it have vanished."""

    client: StreamWriter
    server: StreamWriter
    tap: Tap
    answered: int = 0  # bytes under the present toxic
    lossy: bool = False
    seen: dict[bool, bytes] = field(default_factory=lambda: {True: b"", False: b""})

    def end(self, *, reset: bool = False) -> None:
        for writer in (self.client, self.server):
            if reset:
                link: socket.socket = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):  # closed already
                    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                writer.transport.abort()
            else:
                writer.close()


class Proxy:
    """Runs in a thread of its own; every method may be called from any thread.

    `tap` makes a listener for each connection, which is told what the server answers.
    """

    def __init__(
        self, host: str, port: int, *, listen: int = 0, tap: MakeTap = unheard
    ) -> None:
        self._target = (host, port)
        self._tap = tap
        self._listener = socket.create_server(("127.0.0.1", listen))
        self.port: int = self._listener.getsockname()[1]
        self.accepted = 0  # connections
        self.struck = 0  # connections that were cut, or of which an answer was lost
        self._toxic = Toxic()
        self._spent = 0  # strikes of the present toxic
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    @classmethod
    def to(cls, url: str, tap: MakeTap = unheard) -> "Proxy":
        """Leads to the server that a URL names."""
        server = urlsplit(url)
        return cls(server.hostname or "127.0.0.1", server.port or 0, tap=tap)

    def lead(self, url: str) -> str:
        """The URL by way of this proxy."""
        host, port = self._target
        return url.replace(f"{host}:{port}", f"127.0.0.1:{self.port}")

    def __enter__(self) -> Self:
        self._thread.start()
        server = asyncio.start_server(self._accept, sock=self._listener)
        self._server = asyncio.run_coroutine_threadsafe(server, self._loop).result()
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(PATIENCE_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE_S)
        self._loop.close()

    # --- toxics -------------------------------------------------------------------
    def set(self, toxic: Toxic) -> None:
        """From now on; connections that an earlier toxic has maimed end."""
        changed = asyncio.run_coroutine_threadsafe(self._set(toxic), self._loop)
        changed.result(PATIENCE_S)

    def lift(self) -> None:
        self.set(Toxic())

    @contextlib.contextmanager
    def suffering(self, toxic: Toxic) -> Iterator[None]:
        self.set(toxic)
        try:
            yield
        finally:
            self.lift()

    async def _set(self, toxic: Toxic) -> None:
        self._toxic, self._spent = toxic, 0
        for link in list(self._links):
            link.answered = 0
            link.seen = {True: b"", False: b""}
            if link.lossy or toxic.reset:
                link.end(reset=toxic.reset)
            elif toxic.half_close:
                link.lossy = True
                link.client.write_eof()

    async def _end(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.end(reset=True)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- connections --------------------------------------------------------------
    async def _accept(self, asking: StreamReader, client: StreamWriter) -> None:
        self.accepted += 1
        try:
            answering, server = await asyncio.open_connection(*self._target)
        except OSError:
            client.transport.abort()
            return
        link = _Link(client, server, self._tap())
        if self._toxic.reset:
            link.end(reset=True)
            return
        self._links.add(link)
        ways = (
            self._pass_on(link, asking, server, answers=False),
            self._pass_on(link, answering, client, answers=True),
        )
        self._tasks |= (tasks := {asyncio.create_task(way) for way in ways})
        await asyncio.wait(tasks)
        self._tasks -= tasks
        self._links.discard(link)
        link.end()

    async def _pass_on(
        self, link: _Link, source: StreamReader, target: StreamWriter, *, answers: bool
    ) -> None:
        with contextlib.suppress(OSError):  # the connection ended
            while data := await source.read(CHUNK):
                await self._delay(len(data))
                if self._toxic.black_hole:
                    link.lossy = True
                if not (link.lossy and (answers or not self._toxic.half_close)):
                    await self._send(link, target, data, answers=answers)
        if not link.lossy:  # else the other end is not told before it is lifted
            link.end()

    async def _delay(self, size: int) -> None:
        toxic = self._toxic
        if pause := toxic.latency + size / (toxic.bandwidth or float("inf")):
            await asyncio.sleep(pause)

    async def _send(
        self, link: _Link, target: StreamWriter, data: bytes, *, answers: bool
    ) -> None:
        whole = self._spare(link, data, answers=answers)
        if answers:
            link.tap(data[:whole])
            link.answered += whole
        target.write(data[:whole])
        await target.drain()
        if whole < len(data):
            self.struck += 1
            self._spent += 1
            link.end()

    def _spare(self, link: _Link, data: bytes, *, answers: bool) -> int:
        """How many of the bytes may pass before the toxic strikes."""
        toxic = self._toxic
        if toxic.times is not None and self._spent >= toxic.times:
            return len(data)
        if toxic.cut_after is not None and answers:
            return min(len(data), max(0, toxic.cut_after - link.answered))
        if toxic.swallow:
            before = link.seen[answers]
            at = (before + data).find(toxic.swallow)
            link.seen[answers] = (before + data)[1 - len(toxic.swallow) :]
            return len(data) if at < 0 else max(0, at - len(before))
        return len(data)
