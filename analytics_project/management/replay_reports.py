"""What an operator is told of replays: the plan of one, and how others go or went."""

from collections.abc import Iterator, Sequence

from rich.console import RenderableType
from rich.table import Table

from analytics_project.comparison import Comparison
from analytics_project.forecast import Forecast
from analytics_project.management.comparison_table import comparison_table
from analytics_project.watchers import duration
from projections_app import course
from projections_app.models import Replay
from projections_app.plan import EVENTS, SAMPLE, Plan
from projections_app.replays import Look

SHOWN = 5  # rows named of a table that would be refused
EXACT = "no row would change: the figures are exact already"


def planned(plan: Plan) -> Iterator[RenderableType]:
    yield f"tables to rebuild: {', '.join(plan.tables)}"
    if plan.events is not None:
        yield f"events in the outbox: {plan.events:,}"
    yield f"lines in the ledger: {plan.lines:,}"
    if plan.first and plan.last:
        yield f"from {plan.first:%Y-%m-%d %H:%M} to {plan.last:%Y-%m-%d %H:%M} UTC"


def estimated(plan: Plan, comparing_s: float) -> Iterator[str]:
    """`comparing_s` is how long one comparison with the write side took just now."""
    by_title = {step.title: step.seconds for step in plan.steps}
    by_title[course.VERIFYING] = comparing_s
    applying = by_title.pop(course.APPLYING, 0)
    rest = sum(by_title.values()) - comparing_s
    yield f"estimated time: {duration(applying + rest + comparing_s)}"
    if plan.events_a_second:
        yield (
            f"  applying the events {applying:.1f} s: the newest"
            f" {min(EVENTS, plan.events or 0):,} were applied to temporary tables,"
            f" {plan.events_a_second:,.0f}/s"
        )
    if plan.lines_a_second:
        yield (
            f"  rolling up the views and catching up {rest:.1f} s: of the newest"
            f" {min(SAMPLE, plan.lines):,} lines it was tried,"
            f" {plan.lines_a_second:,.0f} lines/s through all views"
        )
    yield f"  verifying {comparing_s:.1f} s: the comparison for this plan took as long"


def foreseen(forecast: Forecast) -> Iterator[RenderableType]:
    changes = [each for each in forecast.changes if each.differences]
    if forecast.is_refused:
        yield "it would be refused: the ledger's figures are not the write side's in"
        yield from (f"  {told(each)}" for each in forecast.faults)
        yield "--from outbox rebuilds the ledger as well"
    elif changes:
        yield changed(changes)
    else:
        yield EXACT


def changed(comparisons: Sequence[Comparison]) -> Table:
    headings = ("rows now", "rows then", "sum now", "sum then", "rows that change")
    return comparison_table(comparisons, *headings)


def told(comparison: Comparison) -> str:
    keys = ", ".join(each.key for each in comparison.examples[:SHOWN])
    more = ", ..." if comparison.differences > SHOWN else ""
    return f"{comparison.table}: {comparison.differences:,} rows ({keys}{more})"


def looked_at(look: Look) -> Iterator[str]:
    """How the newest replay goes or went."""
    replay = look.replay
    yield f"replay {replay.pk} from {replay.source}: {look.state}"
    yield f"  begun {replay.started_at:%Y-%m-%d %H:%M:%S} UTC by {replay.started_by}"
    if replay.names:
        yield f"  of {replay.names}"
    if replay.ended_at is None or replay.outcome == Replay.Outcome.DIED:
        yield f"  step {replay.step} of {replay.steps}: {replay.stage}{events(replay)}"
        yield f"  last sign of life {replay.seen_at:%H:%M:%S} UTC"
    if look.left_s is not None:
        yield f"  about {duration(look.left_s)} left"
    if replay.wanted != Replay.Wanted.RUN:
        yield f"  {replay.wanted} was asked for by {replay.asked_by}"
    if replay.reason:
        yield f"  {replay.reason}"
    if replay.readers_ms is not None:
        yield f"  swapped in: readers waited {replay.readers_ms:.0f} ms"
    if look.state == Replay.Outcome.DIED:
        yield "  the live tables are as they were; --resume goes on"


def events(replay: Replay) -> str:
    if replay.total is None:
        return ""
    rate = f", {replay.rate:,.0f}/s" if replay.rate else ""
    return f", {replay.done:,} of {replay.total:,} events{rate}"
