"""A replay tells how far it is, waits when it is told to, and goes on where it was."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from django.db import OperationalError

from projections_app import journal, rebuild, replays
from projections_app.course import APPLYING, Course, Step
from projections_app.errors import NoReplay, ReplayCancelled
from projections_app.journal import Journal
from projections_app.models import Replay
from tests.projections_app import oracle
from tests.projections_app.conftest import eventually
from tests.projections_app.histories import Recorded, bodies
from tests.projections_app.replaying import (
    Stages,
    a_shop,
    after,
    deliver,
    execute,
    left_behind,
    meanwhile,
    replayed,
    rows,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]
OPEN = """
    SELECT FROM pg_stat_activity WHERE datname = current_database()
    AND state LIKE 'idle in transaction%'
"""


@pytest.fixture(autouse=True)
def in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "BEAT_S", 0.02)
    monkeypatch.setattr(journal, "POLL_S", 0.01)
    monkeypatch.setattr(rebuild, "HISTORY_BATCH", 20)


@pytest.fixture
def history() -> list[Recorded]:
    return a_shop()


def a_journal(events: int, *, display: Stages | None = None) -> Journal:
    return Journal(
        source="outbox",
        names="",
        by="ann",
        course=Course([Step(APPLYING, 1, events)]),
        display=display or Stages(),
    )


def replay_told(source: Sequence[bytes], display: Stages | None = None) -> None:
    with a_journal(len(source), display=display) as told:
        rebuild_with(source, watcher=told)


def rebuild_with(source: Sequence[bytes], **options: Any) -> None:
    replayed(history=lambda position: after(source, position), **options)


def state() -> str:
    look = replays.newest()
    return look.state if look else "none"


def when_it_is(wanted: str) -> Callable[[], None]:
    return lambda: eventually(lambda: state() == wanted)


def told_to(wanted: str) -> None:
    """The replay has read it: it has written, and then looked, since."""
    replays.ask(wanted, by="bob")
    for _ in range(2):
        eventually(partial(has_written_since, Replay.objects.get().seen_at))


def has_written_since(moment: datetime) -> bool:
    return Replay.objects.get().seen_at > moment


def test_a_paused_replay_holds_nobody_back_and_goes_on_where_it_was(
    history: list[Recorded],
) -> None:
    deliver(history[:40])
    source = bodies(history)
    display = Stages(applying=when_it_is("running"))
    display.on_advance = lambda: told_to("pause")

    with meanwhile(lambda: replay_told(source, display)):
        eventually(lambda: state() == "paused")
        display.on_advance = lambda: None
        row = Replay.objects.get()
        deliver(history)
        transactions = rows(OPEN)
        replays.ask("run", by="bob")

    assert (row.asked_by, row.stage, row.total) == ("bob", APPLYING, len(source))
    assert row.done == 20
    assert transactions == []
    row.refresh_from_db()
    assert (row.outcome, row.paused_at, row.left_s) == ("swapped", None, None)
    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table
    assert len(display.waited) == 1


def test_a_cancelled_replay_cleans_up_and_says_who_wanted_that(
    history: list[Recorded],
) -> None:
    deliver(history)
    display = Stages(applying=when_it_is("running"))
    display.on_advance = lambda: told_to("cancel")

    with pytest.raises(ReplayCancelled, match="bob"):
        replay_told(bodies(history), display)

    assert left_behind() == []
    assert Replay.objects.get().outcome == "cancelled"
    with pytest.raises(NoReplay):
        replays.ask("run", by="bob")


def test_a_replay_that_holds_no_lock_is_dead_and_the_next_one_writes_that_down() -> (
    None
):
    dead = Replay.objects.create(source="ledger", started_by="ann")
    assert state() == "died"
    with pytest.raises(NoReplay):
        replays.ask("pause", by="bob")

    replay_told([])

    dead.refresh_from_db()
    assert (dead.outcome, dead.ended_at) == ("died", dead.seen_at)
    assert state() == "swapped"


def test_a_replay_that_is_refused_writes_nothing() -> None:
    display = Stages(applying=lambda: replay_in_the_way())
    replay_told([], display)
    assert Replay.objects.count() == 1


def replay_in_the_way() -> None:
    with meanwhile(refused):
        pass


def refused() -> None:
    with pytest.raises(Exception, match="Another replay is running"):
        replay_told([])


def test_a_journal_that_cannot_be_written_stops_no_replay(
    history: list[Recorded],
) -> None:
    deliver(history)
    execute("ALTER TABLE replays ADD CONSTRAINT broken CHECK (false)")
    try:
        replay_told(bodies(history))
    finally:
        execute("ALTER TABLE replays DROP CONSTRAINT broken")

    assert state() == "none"


@pytest.fixture
def read_from() -> list[int]:
    """Where each replay began to read."""
    return []


@pytest.mark.parametrize("stage", ["applying", "rebuilding", "catching", "swapping"])
def test_a_replay_that_a_failure_ended_goes_on_with_its_ledger(
    history: list[Recorded], read_from: list[int], stage: str
) -> None:
    deliver(history[:60])
    source = bodies(history[:-20])  # the others come by the consumer alone

    def events(position: int) -> Iterator[tuple[int, bytes]]:
        read_from.append(position)
        for number, entry in enumerate(after(source, position)):
            if stage == "applying" and len(read_from) == 1 and number == 45:
                raise OperationalError
            yield entry

    watcher = Stages(**({} if stage == "applying" else {stage: fail}))
    with pytest.raises(OperationalError):
        replayed(history=events, watcher=watcher)
    assert left_behind() == ["replay_next"]
    deliver(history)  # behind its cut
    replayed(history=events, resume=True)

    last = after(source, 0)[-1][0]
    reached = after(source, 0)[39][0] if stage == "applying" else last
    assert read_from == [0, reached]
    stored = oracle.stored()
    for table, expected in oracle.expected(history).items():
        assert stored[table] == expected, table
    assert left_behind() == []


def fail() -> None:
    raise OperationalError


def test_what_a_migration_has_changed_since_is_built_anew(
    history: list[Recorded], read_from: list[int]
) -> None:
    deliver(history)
    with pytest.raises(OperationalError):
        rebuild_with(bodies(history), watcher=Stages(catching=fail))

    def events(position: int) -> list[tuple[int, bytes]]:
        read_from.append(position)
        return after(bodies(history), position)

    execute("ALTER TABLE sales_ledger ADD COLUMN note text")
    try:
        replayed(history=events, resume=True)
        assert read_from == [0]
    finally:
        execute("ALTER TABLE sales_ledger DROP COLUMN note")
