"""Looks at one server after the other: one that is away hides only its own findings."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError

from analytics_project.status import queue, read_side, write_side
from analytics_project.status.finding import BROKER, DATABASES, Finding, wrong
from messaging.errors import BrokerUnavailable

AWAY = (DatabaseError, InterfaceError, BrokerUnavailable)


class Server(NamedTuple):
    name: str
    findings: Callable[[], Iterator[Finding]]
    page: str


SERVERS = (
    Server("write database", write_side.findings, DATABASES),
    Server("broker", queue.findings, BROKER),
    Server("read database", read_side.findings, DATABASES),
)


def look() -> Iterator[Finding]:
    for server in SERVERS:
        try:
            yield from server.findings()
        except AWAY as error:
            reason = str(error).strip().partition("\n")[0]
            yield wrong(server.name, reason or repr(error), page=server.page)
