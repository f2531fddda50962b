"""The query role reads from a standby: it tells the standby's lag, and outlives it."""

import time
from collections import Counter
from typing import LiteralString

import psycopg

from chaos.context import Chaos
from chaos.load import Load
from chaos.row import Result
from chaos.standbys import standby_of
from chaos.system import System
from chaos.waiting import eventually, meanwhile

FIGURE = (
    "lag told within a second while a standby is paused, 0 when it has caught up; its"
    " promotion fails no question"
)
RATE = 100.0  # orders a second
LAG_S = 3  # that is waited for while the standby stands still
ROUNDING_S = 1.5  # the lag is in whole seconds, and the watermark comes once a second


def standby(chaos: Chaos) -> Result:
    problems: list[str] = []
    with chaos.system() as system:
        chaos.step("copying the read server")
        replica = standby_of(system.servers.read, chaos.folder / "standby")
        try:
            url = replica.url(system.name)
            system.start("commands", "relay", "consumer")
            system.start("queries", READ_REPLICA_URL=url)
            load = Load(system, system.make_products(), seed=chaos.seed, rate=RATE)
            with load.running():
                load.wait_for(chaos.size(100, 2000))
                off, caught_up = _paused(chaos, system, load, url)
                load.wait_for(50)
                chaos.step("promoting the standby")
                answers = _promoted(system, load, url)
        finally:
            replica.kill()
        system.start("queries")  # for the proof: on the primary again
        accounting, found = chaos.prove(system, load)
    if off > ROUNDING_S:
        problems.append(f"the lag was {off:.1f} s off while the standby stood still")
    if failed := sum(n for status, n in answers.items() if status != 200):
        problems.append(f"{failed} questions failed while the standby was promoted")
    figures = {
        "lag off s": off,
        "caught up s": caught_up,
        "questions": answers.total(),
        "failed": failed,
    }
    return Result(figures, accounting, problems + found)


def _lag(system: System) -> int:
    status = system.get("/api/analytics/sync-status")
    return int(status.body["lagSeconds"] or 0) if status.status == 200 else -1


def _paused(chaos: Chaos, system: System, load: Load, url: str) -> tuple[float, float]:
    """How far the lag was off while it grew; seconds until it was 0 again."""
    chaos.step("the standby stands still")
    _tell(url, "SELECT pg_wal_replay_pause()")
    began = time.monotonic()
    eventually(lambda: _lag(system) >= LAG_S, "the lag grows")
    off = abs(time.monotonic() - began - LAG_S)
    load.wait_for(20)
    _tell(url, "SELECT pg_wal_replay_resume()")
    resumed = time.monotonic()
    eventually(lambda: _lag(system) == 0, "the standby catches up")
    return off, time.monotonic() - resumed


def _promoted(system: System, load: Load, url: str) -> Counter[int]:
    """The statuses of questions asked all the while, by how often."""
    answers: Counter[int] = Counter()

    def ask() -> None:
        try:
            status = system.get("/api/analytics/customers/1/lifetime-value").status
        except OSError:
            status = 0
        answers[status] += 1

    with meanwhile(ask, every=0):
        load.wait_for(20)
        _tell(url, "SELECT pg_promote()")
        load.wait_for(50)
    return answers


def _tell(url: str, statement: LiteralString) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement)
