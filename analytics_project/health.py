"""Whether a role is alive, and whether what it depends on is, too."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Literal

import msgspec
from django.db import DatabaseError, InterfaceError, connections
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analytics_project.problems import problem_response
from commands_app import outbox
from queries_app.queries import pipeline

logger = logging.getLogger(__name__)

PROBE_S = 2.5  # a database that takes longer is down
OLD_S = 30  # what has waited longer for the pipeline is late

# A thread of its own: a database that hangs holds the probe, not the answer.
_prober = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")


# Degraded: the role serves, but something behind it lags.
Status = Literal["ok", "degraded"]


class Alive(msgspec.Struct, frozen=True):
    status: Literal["ok"]
    service: str


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    status: Status
    service: str
    database: str = "ok"


class OutboxReport(msgspec.Struct, frozen=True, rename="camel"):
    pending: int  # counted up to 10,000
    oldest_seconds: int | None


class CommandsReport(Report, frozen=True, kw_only=True):
    outbox: OutboxReport


class QueriesReport(Report, frozen=True, kw_only=True):
    lag_seconds: int | None
    parked: int


@require_safe
def alive(_request: HttpRequest, *, service: str) -> HttpResponse:
    """Touches nothing: a process that answers is alive."""
    return as_json(Alive("ok", service))


@require_safe
def ready(_request: HttpRequest, *, probe: Callable[[], Report]) -> HttpResponse:
    pending = _prober.submit(probed, probe)
    try:
        return as_json(pending.result(timeout=PROBE_S))
    except (DatabaseError, InterfaceError, TimeoutError) as error:
        pending.cancel()
        logger.warning("not ready", extra={"error": str(error)})
        return problem_response(HTTPStatus.SERVICE_UNAVAILABLE)


def probed(probe: Callable[[], Report]) -> Report:
    try:
        return probe()
    finally:
        connections.close_all()


def commands() -> CommandsReport:
    backlog = outbox.backlog()
    oldest = None if backlog.age is None else int(backlog.age.total_seconds())
    return CommandsReport(
        status=status(late=(oldest or 0) > OLD_S),
        service="command-service",
        outbox=OutboxReport(backlog.size, oldest),
    )


def queries() -> QueriesReport:
    progress = pipeline()
    late = (progress.lag_seconds or 0) > OLD_S or progress.parked > 0
    return QueriesReport(
        status=status(late=late),
        service="query-service",
        lag_seconds=progress.lag_seconds,
        parked=progress.parked,
    )


def status(*, late: bool) -> Status:
    return "degraded" if late else "ok"


def as_json(body: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")
