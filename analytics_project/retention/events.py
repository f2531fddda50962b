"""The old end of the outbox: proven, archived, read back from there, then dropped."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.utils import timezone

from analytics_project.retention.interlock import Standing, standing
from analytics_project.retention.outcome import Outcome
from commands_app import archive, outbox, partitions
from messaging.failpoints import fail_point
from projections_app.rebuild import Watcher

PARTS = 7  # partitions that hold what is kept; one more is on its way out
TOLD_EVERY = 10_000  # events


def turn(keep: timedelta) -> None:
    """Closes the partition in use when it holds its part of what is kept."""
    oldest = partitions.edges(partitions.in_use()).oldest
    if oldest is None or oldest > timezone.now() - keep / PARTS:
        return
    partitions.make_next()
    fail_point("prune.made")
    partitions.turn()
    fail_point("prune.turned")


def prune(
    *, before: datetime, directory: Path | None, watcher: Watcher, dry_run: bool
) -> Iterator[Outcome]:
    """Tells of every partition, when it is gone or stays: behind one, all do.

    Whatever ends this, a kill included, the next run goes on: nothing is dropped
    before its archive was read back. Raises RetentionError and OSError.
    """
    closed = partitions.closed()
    for place, number in enumerate(closed, start=1):
        told, found = _look(number, before, directory, watcher)
        if (
            directory
            and not (told.stays or dry_run)
            and not put_away(number, found, directory, watcher)
        ):
            told = told._replace(go=0, stays="to be published again")
        yield told
        if told.stays:
            yield from _unseen(closed[place:], "behind it")
            break
    yield from _unseen([partitions.in_use()], "in use")


def _look(
    number: int, before: datetime, directory: Path | None, watcher: Watcher
) -> tuple[Outcome, Standing]:
    newest = partitions.edges(number).newest
    if newest and newest >= before:
        return _told(number, "young"), Standing()
    watcher.stage(f"proving partition {number}")
    found = standing(number, watcher)
    stays = found.reasons or ("" if directory else "no archive is named")
    return _told(number, stays), found


def put_away(number: int, found: Standing, directory: Path, watcher: Watcher) -> bool:
    """Whether the partition is gone."""
    if found.discarded:
        partitions.carry(found.discarded, number)
    edges, events = partitions.edges(number), partitions.events(number)
    if archive.find(directory, number) is None:
        watcher.stage(f"archiving partition {number}")
        bodies = outbox.history(**partitions.ids(number)._asdict())
        archive.write(directory, number, edges, _watched(bodies, watcher))
        fail_point("prune.archived")
    watcher.stage(f"reading the archive of partition {number} back")
    archive.verify(directory, number, edges=edges, events=events)
    fail_point("prune.verified")
    watcher.stage(f"dropping partition {number}")
    gone = partitions.drop(number)
    fail_point("prune.dropped")
    return gone


def _told(number: int, stays: str) -> Outcome:
    edges, events = partitions.edges(number), partitions.events(number)
    name = f"outbox {number}"
    if edges.oldest:
        name += f": {edges.oldest:%m-%d %H:%M} to {edges.newest:%m-%d %H:%M}"
    size = partitions.size(number)
    return Outcome(name, events, 0 if stays else events, size, stays)


def _unseen(numbers: Sequence[int], why: str) -> Iterator[Outcome]:
    """One line for all of them."""
    if not numbers:
        return
    name = " to ".join(str(each) for each in sorted({numbers[0], numbers[-1]}))
    events, size = (
        sum(map(ask, numbers)) for ask in (partitions.events, partitions.size)
    )
    yield Outcome(f"outbox {name}", events, 0, size, why)


def _watched(bodies: Iterable[bytes], watcher: Watcher) -> Iterator[bytes]:
    for count, body in enumerate(bodies, start=1):
        yield body
        if count % TOLD_EVERY == 0:
            watcher.advance(TOLD_EVERY)
            fail_point("prune.archiving")
