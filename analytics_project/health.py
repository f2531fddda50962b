"""Whether a role is alive, and whether what it depends on is, too."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from http import HTTPStatus
from typing import Literal

import msgspec
from django.db import DatabaseError, InterfaceError, connections
from django.db.models import F
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from analytics_project.problems import problem_response
from commands_app import outbox
from commands_app.models import RelayStatus
from messaging.status import State
from projections_app.models import ConsumerStatus
from queries_app.queries import pipeline
from queries_app.responses import Instant, instant

logger = logging.getLogger(__name__)

PROBE_S = 2.5  # a database that takes longer is down
OLD_S = 30  # what has waited longer for the pipeline is late
# Without a word. While the broker blocks, the relay says so every 13 seconds or less.
SILENT = timedelta(seconds=20)

# A thread of its own: a database that hangs holds the probe, not the answer.
_prober = ThreadPoolExecutor(max_workers=1, thread_name_prefix="probe")


# Degraded: the role serves, but something behind it lags.
Status = Literal["ok", "degraded"]


class Alive(msgspec.Struct, frozen=True):
    status: Literal["ok"]
    service: str


class Standing(msgspec.Struct, frozen=True):
    """What the daemon in between said last."""

    status: State
    reason: str | None
    since: Instant | None


class Report(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    status: Status
    service: str
    database: str = "ok"


class OutboxReport(msgspec.Struct, frozen=True, rename="camel"):
    pending: int  # counted up to 10,000
    oldest_seconds: int | None


class CommandsReport(Report, frozen=True, kw_only=True):
    outbox: OutboxReport
    broker: Standing  # as the relay sees it


class QueriesReport(Report, frozen=True, kw_only=True):
    lag_seconds: int | None
    parked: int
    consumer: Standing


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
    broker = last_word(RelayStatus, "relay")
    return CommandsReport(
        status=status(broker, late=(oldest or 0) > OLD_S),
        service="command-service",
        outbox=OutboxReport(backlog.size, oldest),
        broker=broker,
    )


def queries() -> QueriesReport:
    progress = pipeline()
    late = (progress.lag_seconds or 0) > OLD_S or progress.parked > 0
    consumer = last_word(ConsumerStatus, "consumer")
    return QueriesReport(
        status=status(consumer, late=late),
        service="query-service",
        lag_seconds=progress.lag_seconds,
        parked=progress.parked,
        consumer=consumer,
    )


def last_word(model: type[RelayStatus] | type[ConsumerStatus], daemon: str) -> Standing:
    said = model.objects.annotate(age=Now() - F("seen_at")).first()
    if said is None:
        return Standing(State.SILENT, f"no {daemon} has ever said anything", None)
    if said.age > SILENT:
        since = instant(said.seen_at)
        return Standing(State.SILENT, f"no {daemon} is running, or it hangs", since)
    return Standing(State(said.state), said.reason or None, instant(said.since))


def status(standing: Standing, *, late: bool) -> Status:
    well = standing.status == State.CONNECTED and not late
    return "ok" if well else "degraded"


def as_json(body: object) -> HttpResponse:
    return HttpResponse(msgspec.json.encode(body), content_type="application/json")
