"""gunicorn's threads, with problems as its own refusals, and an end to waiting."""

import logging
import socket
import struct
import time
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from analytics_project.problems import CONTENT_TYPE, problem_body

ANSWER = (
    "HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
    "Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
)

RECEIVE_TIMEOUT_S = 5  # for a client's next bytes, of head or body
# For a client to take more of an answer. It may pass twice, as a part is still taken:
# before the database, after 25 s, gives up the file that it reads to nobody.
SEND_TIMEOUT_S = 10
HESITATION_S = 0.0002  # before a connection is accepted, for each that there is
LONGEST_HESITATION_S = 0.002
SILENCE_S = 1  # between two signs of life; its master waits 30 s for one


def is_no_timeout(record: logging.LogRecord) -> bool:
    """gunicorn would log a client that sends nothing more with a traceback."""
    return not record.exc_info or not isinstance(record.exc_info[1], BlockingIOError)


def write_problem(sock: socket.socket, status: int, reason: str, message: str) -> None:
    """Has the signature of gunicorn's own writer of HTML."""
    body = problem_body(status, title=reason, detail=message)
    head = ANSWER.format(
        status=status, reason=reason, content_type=CONTENT_TYPE, length=len(body)
    )
    util.write_nonblock(sock, head.encode("latin-1") + body)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    _silent_until = 0.0

    def init_process(self) -> Any:
        util.write_error = write_problem
        self.log.error_log.addFilter(is_no_timeout)
        self.limit_waiting()
        from analytics_project import exposition  # Django is loaded by now

        exposition.begin()
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

    def notify(self) -> None:
        """Once a second: gunicorn would say that it is alive twice a request."""
        if time.monotonic() >= self._silent_until:
            self._silent_until = time.monotonic() + SILENCE_S
            super().notify()
