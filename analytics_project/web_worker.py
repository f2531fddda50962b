"""gunicorn's threads, for requests that have arrived: none waits for a client.

gunicorn hands a connection to a thread, which waits for the request. Here the kernel
keeps what arrives until it is whole, and what is long has a thread beside the others.
"""

import logging
import selectors
import socket
import struct
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from itertools import takewhile
from typing import Any, TypeVar

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from analytics_project.incoming import LONG, USUAL_HEAD, awaited, held
from analytics_project.problems import CONTENT_TYPE, problem_body

ANSWER = (
    "HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
    "Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
)

ARRIVAL_TIMEOUT_S = 5  # for a request that the kernel keeps, from its first byte on
READING_TIMEOUT_S = 15  # for one that is read as it arrives
RECEIVE_TIMEOUT_S = 5  # for the next bytes of such a one
LINGER_S = 2  # for a client to close too
# For a client to take more of an answer. It may pass twice, as a part is still taken:
# before the database, after 25 s, gives up the file that it reads to nobody.
SEND_TIMEOUT_S = 10
HESITATION_S = 0.0002  # before a connection is accepted, for each that there is
LONGEST_HESITATION_S = 0.002
SILENCE_S = 1  # between two signs of life; its master waits 30 s for one

T = TypeVar("T")


def is_news(record: logging.LogRecord) -> bool:
    """gunicorn would log a client that sends nothing more with a traceback.

    Of a malformed request it would tell the address that it came from, and the line.
    """
    if record.exc_info and isinstance(record.exc_info[1], BlockingIOError):
        return False
    return not record.getMessage().startswith("Invalid request")


def write_problem(sock: socket.socket, status: int, reason: str, message: str) -> None:
    """Has the signature of gunicorn's own writer of HTML."""
    body = problem_body(status, title=reason, detail=message)
    head = ANSWER.format(
        status=status, reason=reason, content_type=CONTENT_TYPE, length=len(body)
    )
    util.write_nonblock(sock, head.encode("latin-1") + body)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._silent_until = 0.0
        # Each with its deadline, the nearest first.
        self._arriving: dict[Any, float] = {}  # connections that no thread has
        self._reading: dict[Any, float] = {}  # connections that a thread has
        self._leaving: dict[socket.socket, float] = {}
        # A thread beside the others: those who send at length hold up each other alone.
        self.readers = ThreadPoolExecutor(1)  # started when there is one

    def init_process(self) -> Any:
        util.write_error = write_problem
        util.close_graceful = self.linger
        self.log.error_log.addFilter(is_news)
        self.limit_waiting()
        return super().init_process()

    def limit_waiting(self) -> None:
        """By the kernel, as gunicorn sets the timeout of Python's socket to none.

        Linux hands it down from the listening socket to all that it accepts.
        """
        limits = {
            socket.SO_RCVTIMEO: RECEIVE_TIMEOUT_S,
            socket.SO_SNDTIMEO: SEND_TIMEOUT_S,
        }
        for listener in self.sockets:
            for option, seconds in limits.items():
                limit = struct.pack("@ll", seconds, 0)  # struct timeval
                listener.sock.setsockopt(socket.SOL_SOCKET, option, limit)

    def accept(self, listener: Any) -> Any:
        """Lets a process with fewer connections be quicker than this one.

        All are woken, and connections stay where they were accepted: without this, one
        process often got 15 of 16.
        """
        time.sleep(min(self.nr_conns * HESITATION_S, LONGEST_HESITATION_S))
        return super().accept(listener)

    # --- arriving ---------------------------------------------------------------------
    def enqueue_req(self, conn: Any) -> None:
        """A connection is new, or has something to read."""
        has_read_ahead = conn.parser and conn.parser.unreader.buf.getvalue()
        size = LONG if has_read_ahead else awaited(conn.sock)
        if size > 0:
            self.wait(conn, size)
        else:
            self.work(conn, self.readers if size == LONG else self.tpool)

    def wait(self, conn: Any, size: int) -> None:
        """The poller tells when there are so many bytes, or no more will come."""
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, size)
        self._arriving.setdefault(conn, time.monotonic() + ARRIVAL_TIMEOUT_S)
        told = partial(self.on_arrival, conn, size)
        self.poller.register(conn.sock, selectors.EVENT_READ, told)

    def on_arrival(self, conn: Any, size: int, link: socket.socket) -> None:
        self.poller.unregister(link)
        if held(link) < size:
            self.work(conn, self.tpool)  # it is cut off, which its reader will notice
        else:
            self.enqueue_req(conn)

    def work(self, conn: Any, threads: ThreadPoolExecutor) -> None:
        if self._arriving.pop(conn, None):
            conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, 1)
        conn.data_ready = True
        self._reading[conn] = time.monotonic() + READING_TIMEOUT_S
        threads.submit(self.handle, conn).add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def finish_request(self, conn: Any, fs: Any) -> None:
        self._reading.pop(conn, None)
        super().finish_request(conn, fs)

    # --- leaving ----------------------------------------------------------------------
    def linger(self, link: socket.socket) -> None:
        """Closes when the client has, so that it gets all of its answer.

        In the place of gunicorn's own, which the main loop would stand still for.
        """
        try:
            link.shutdown(socket.SHUT_WR)
        except OSError:
            util.close(link)
            return
        link.settimeout(0)
        self.nr_conns += 1
        self._leaving[link] = time.monotonic() + LINGER_S
        self.poller.register(link, selectors.EVENT_READ, self.drain)

    def drain(self, link: socket.socket) -> None:
        try:
            is_gone = not link.recv(USUAL_HEAD)
        except BlockingIOError:
            return
        except OSError:
            is_gone = True
        if is_gone:
            self.close(link)

    def close(self, link: socket.socket) -> None:
        self._leaving.pop(link, None)
        self.poller.unregister(link)
        self.nr_conns -= 1
        util.close(link)

    # --- an end to waiting ------------------------------------------------------------
    def murder_pending(self) -> None:
        """Once a turn of the main loop."""
        now = time.monotonic()
        for conn in late(self._arriving, now):
            if held(conn.sock):
                refuse(conn.sock)
            self.poller.unregister(conn.sock)
            self.nr_conns -= 1
            self.linger(conn.sock)
        for conn in late(self._reading, now):
            cut_off(conn.sock)
        for link in late(self._leaving, now):
            self.close(link)

    def notify(self) -> None:
        """Once a second: gunicorn would say that it is alive twice a request."""
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SILENCE_S
            super().notify()


def late(deadlines: dict[T, float], now: float) -> list[T]:
    """Takes out those that are due."""
    due = list(takewhile(lambda each: deadlines[each] <= now, deadlines))
    for each in due:
        del deadlines[each]
    return due


def refuse(link: socket.socket) -> None:
    """Whoever sends nothing, or no more than a head's beginning, is told as well."""
    status = HTTPStatus.REQUEST_TIMEOUT
    with suppress(OSError):
        write_problem(link, status, status.phrase, "The request did not come whole.")


def cut_off(link: socket.socket) -> None:
    """Its reader meets the end of what has come; an answer that is sent goes on."""
    with suppress(OSError):
        link.shutdown(socket.SHUT_RD)
