"""gunicorn's threads, with its own refusals (no HTTP, a line too long) as problems."""

import socket
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import ThreadWorker

from analytics_project.problems import CONTENT_TYPE, problem_body

ANSWER = (
    "HTTP/1.1 {status} {reason}\r\nConnection: close\r\n"
    "Content-Type: {content_type}\r\nContent-Length: {length}\r\n\r\n"
)


def write_problem(sock: socket.socket, status: int, reason: str, message: str) -> None:
    """Has the signature of gunicorn's own writer of HTML."""
    body = problem_body(status, title=reason, detail=message)
    head = ANSWER.format(
        status=status, reason=reason, content_type=CONTENT_TYPE, length=len(body)
    )
    util.write_nonblock(sock, head.encode("latin-1") + body)


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    def init_process(self) -> Any:
        util.write_error = write_problem
        return super().init_process()
