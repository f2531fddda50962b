"""Runs replays against events from a list, and looks at what they leave behind."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from random import Random
from threading import Thread
from typing import Any

from django.db import connections

from projections_app import projector
from projections_app.projection import Projection
from projections_app.projections import PROJECTIONS
from projections_app.rebuild import Watcher
from projections_app.replay import Verify, replay, rollback
from projections_app.swap import Swap
from tests.projections_app.histories import Recorded, Shop, bodies


class Stages:
    """A watcher that notes the stages, and may do something at one of them."""

    def __init__(self, **actions: Callable[[], None]) -> None:
        self.seen: list[str] = []
        self.waited: list[str] = []
        self.actions = actions
        self.on_advance: Callable[[], object] = lambda: None

    def stage(self, title: str) -> None:
        self.seen.append(title)
        first_word = title.partition(" ")[0]
        if first_word in self.actions:
            self.actions[first_word]()

    def advance(self, events: int) -> None:
        self.on_advance()

    def waits(self, by: str) -> None:
        self.waited.append(by)

    def goes_on(self) -> None:
        pass


def unverified(resume: Callable[[], None]) -> None:
    resume()


def rebuild(
    source: Sequence[bytes] | None = None,
    *,
    projections: Sequence[Projection] = PROJECTIONS,
    watcher: Stages | None = None,
    verify: Verify = unverified,
    resume: bool = False,
) -> Swap:
    return replayed(
        resume=resume,
        projections=projections,
        history=None if source is None else partial(after, source),
        verify=verify,
        watcher=watcher or Stages(),
    )


def replayed(
    *, watcher: Watcher | None = None, verify: Verify = unverified, **options: Any
) -> Swap:
    return replay(verify=verify, watcher=watcher or Stages(), **options)


def after(source: Sequence[bytes], position: int) -> list[tuple[int, bytes]]:
    """As the outbox does: positions begin at 1, with a gap here and there."""
    entries = [(3 * number + 1, body) for number, body in enumerate(source)]
    return [entry for entry in entries if entry[0] > position]


def roll_back(*, watcher: Stages | None = None) -> Swap:
    return rollback(watcher=watcher or Stages())


def a_shop(seed: int = 1, *, orders: int = 60) -> list[Recorded]:
    return Shop(Random(seed)).history(products=8, orders=orders)


def deliver(history: Sequence[Recorded]) -> None:
    assert projector.apply(bodies(list(history))) == []


def execute(statement: str, *values: Any) -> None:
    with connections["read"].cursor() as cursor:
        cursor.execute(statement, values or None)


def rows(query: str, *values: Any) -> list[Any]:
    with connections["read"].cursor() as cursor:
        cursor.execute(query, values or None)
        return list(cursor.fetchall())


def left_behind() -> list[str]:
    """Schemas of a replay that exist; the previous generation is meant to stay."""
    known = rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'replay%'")
    return [name for (name,) in known if name != "replay_previous"]


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Runs `work` in a thread with connections of its own; its errors come out here."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    thread = Thread(target=guarded)
    thread.start()
    try:
        yield
    finally:
        thread.join(30)
    assert not thread.is_alive()
    if errors:
        raise errors[0]
