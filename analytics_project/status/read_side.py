"""The read database, and what fills it: consumer, lag, parked messages, replays."""

from collections.abc import Iterator

from analytics_project import health
from analytics_project.health import OLD_S, QueriesReport
from analytics_project.status import sessions
from analytics_project.status.finding import (
    DEAD_LETTERS,
    RECOVER,
    REPLAY,
    Finding,
    judged,
    well,
    wrong,
)
from analytics_project.watchers import duration
from messaging.status import State
from projections_app import dead_letters, replays
from projections_app.models import ProjectionState, Replay

DATABASE = "read"
GROWING = ("sales_ledger", "processed_events")
MOST_CAUSES = 3  # that are named


def findings() -> Iterator[Finding]:
    yield sessions.answers("read database", DATABASE)
    report = health.queries()
    yield consumer(report)
    yield lag(report)
    yield parked()
    yield replay()
    yield generations()
    yield sessions.sizes("kept by the read side", DATABASE, GROWING)


def consumer(report: QueriesReport) -> Finding:
    said = report.consumer
    reason = f": {said.reason}" if said.reason else ""
    return judged(
        "consumer",
        f"{said.status}{reason}",
        is_well=said.status == State.CONNECTED,
        page=RECOVER,
        status=said.status,
        since=said.since,
    )


def lag(report: QueriesReport) -> Finding:
    seconds = report.lag_seconds
    if seconds is None:
        said = "not known: nothing has come through the pipeline yet"
        return wrong("lag", said, page=RECOVER, seconds=None)
    said = f"the figures are {seconds:,} s behind"
    return judged("lag", said, is_well=seconds <= OLD_S, page=RECOVER, seconds=seconds)


def parked() -> Finding:
    groups = dead_letters.groups(dead_letters.parked())
    total = sum(group.size for group in groups)
    lines = [f"{total:,} messages"]
    lines += [f"{g.size:,} x {g.event_type}: {g.cause}" for g in groups[:MOST_CAUSES]]
    if len(groups) > MOST_CAUSES:
        lines.append(f"and {len(groups) - MOST_CAUSES} more causes")
    return judged(
        "parked",
        "\n".join(lines),
        is_well=not groups,
        page=DEAD_LETTERS,
        messages=total,
        causes=[[g.key, g.event_type, g.cause, g.size] for g in groups],
    )


def replay() -> Finding:
    newest = replays.newest()
    if newest is None or newest.state == Replay.Outcome.SWAPPED:
        return well("replay", "none runs", running=False)
    row = newest.replay
    if newest.state == Replay.Outcome.DIED:
        said = f"it died {row.stage}; `replay_projections --resume` goes on"
        return wrong("replay", said, page=REPLAY, running=False, id=row.pk)
    if not newest.is_running:
        said = f"none runs; the last one: {newest.state}"
        return well("replay", said, running=False, id=row.pk)
    left = "" if newest.left_s is None else f", about {duration(newest.left_s)} left"
    said = f"{row.stage or 'beginning'}, {newest.state}{left}"
    return well("replay", said, running=True, id=row.pk, left_s=newest.left_s)


def generations() -> Finding:
    found = dict(ProjectionState.objects.values_list("name", "generation"))
    replaced = {name: number for name, number in sorted(found.items()) if number > 1}
    said = ", ".join(f"{name} {number}" for name, number in replaced.items())
    return well("generations", said or "the first of every table", **found)
