"""The write database, and those who work on it: outbox, relay, auditor."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from analytics_project import health
from analytics_project.auditor import SESSION
from analytics_project.health import OLD_S, SILENT, CommandsReport
from analytics_project.status import sessions
from analytics_project.status.finding import RECOVER, RUN, Finding, judged, wrong
from commands_app.outbox import COUNT_CAP
from commands_app.relay_status import LEADER_LOCK
from messaging.status import State

DATABASE = "default"
GROWING = ("outbox", "idempotency_keys")


def findings() -> Iterator[Finding]:
    yield sessions.answers("write database", DATABASE)
    report = health.commands()
    yield outbox(report)
    yield relay(report)
    yield auditor()
    yield sessions.sizes("kept by the write side", DATABASE, GROWING)


def outbox(report: CommandsReport) -> Finding:
    pending, oldest = report.outbox.pending, report.outbox.oldest_seconds
    more = "at least " if pending == COUNT_CAP else ""
    age = "" if oldest is None else f", the oldest for {oldest:,} s"
    return judged(
        "outbox",
        f"{more}{pending:,} events wait to be published{age}",
        is_well=(oldest or 0) <= OLD_S,
        page=RECOVER,
        pending=pending,
        oldest_seconds=oldest,
    )


def relay(report: CommandsReport) -> Finding:
    leader, broker = sessions.holder(DATABASE, LEADER_LOCK), report.broker
    who = f"{leader} leads" if leader else "none leads"
    reason = f": {broker.reason}" if broker.reason else ""
    return judged(
        "relay",
        f"{who}, {broker.status}{reason}",
        is_well=bool(leader) and broker.status == State.CONNECTED,
        page=RECOVER,
        leader=leader and leader.pid,
        status=broker.status,
        since=broker.since,
    )


def auditor() -> Finding:
    """It asks something in every round."""
    found = sessions.named(DATABASE, SESSION)
    if found is None:
        said = "none runs: events that the broker loses would not be noticed"
        return wrong("auditor", said, page=RUN, last_round_seconds=None)
    seconds = None if found.age is None else max(0, int(found.age.total_seconds()))
    when = "" if seconds is None else f", last round {seconds} s ago"
    late = timedelta(seconds=settings.AUDIT_SECONDS) + SILENT
    return judged(
        "auditor",
        f"{found} runs{when}",
        is_well=found.age is None or found.age < late,
        page=RECOVER,
        last_round_seconds=seconds,
    )
