"""A disk is full: the write side's data, its log, the broker's."""

import copy
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import psycopg

from chaos.context import Chaos
from chaos.errors import TooLate
from chaos.load import Load
from chaos.mounts import Disk, disk
from chaos.row import Result
from chaos.servers import TEMPLATE, Servers, run_manage
from chaos.system import System
from chaos.waiting import meanwhile
from devstack.folder import RABBITMQ_PROGRAMS
from devstack.postgres import Postgres
from devstack.rabbitmq import RabbitMQ

FIGURE = (
    "full for data, WAL, broker: 503 problem+json or 201, works again <= 10 s after"
    " there is space, nothing corrupt"
)
BACK_S = 10.0
DATA_MB, LOG_MB, BROKER_MB = 256, 160, 320
# Below RabbitMQ's own limit of 50 MB, where it stops to take messages.
LEFT_MB = {"broker": 8}
RATE = 200.0  # orders a second
# Segments of 16 MB; a checkpoint early enough for the small disk.
SETTINGS = {
    "max_wal_size": "48MB",
    "min_wal_size": "32MB",
    "shared_buffers": "32MB",
    "wal_recycle": "off",  # a segment that was used makes no room for the next
}
SWITCHES = 3  # segments: one may have been made in advance


def disk_full(chaos: Chaos) -> Result:
    """Row 20: one disk after the other, under load."""
    lasting = chaos.size(3.0, 60.0)
    figures: dict[str, object] = {}
    problems: list[str] = []
    with _small(chaos) as (small, disks), small.system() as system:
        system.start()
        load = Load(
            system, system.make_products(), seed=chaos.seed, batch=10, rate=RATE
        )
        with load.running(), meanwhile(partial(_supervise, small.servers)):
            for name, full in disks.items():
                load.wait_for(200)
                chaos.step(f"no space for {name}")
                before = load.answers.copy()
                full.fill(LEFT_MB.get(name, 0))
                if name == "WAL":
                    _switch_log(system)
                time.sleep(lasting)  # how long it is full
                full.clear()
                seconds = _back(system, load)
                answers = load.answers - before
                figures[f"{name}: refused"] = answers[503] + answers[0]
                figures[f"{name}: back s"] = seconds
                if seconds > BACK_S:
                    problems.append(f"{name}: works again after {seconds:.1f} s")
        accounting, found = small.prove(system, load)
    return Result(figures, accounting, [*problems, *found])


def _switch_log(system: System) -> None:
    """As much traffic does: the log needs its next segment now."""
    for _ in range(SWITCHES):
        with suppress(psycopg.OperationalError):
            system.write_db("SELECT pg_switch_wal()")


def _back(system: System, load: Load) -> float:
    """Seconds until an order that is sent from now on is taken, and applied."""
    begun = time.monotonic()
    with suppress(TooLate):
        load.wait_for(load.clients * load.batch + 1)
        load.wait_until_counted()
    return time.monotonic() - begun


def _supervise(servers: Servers) -> None:
    """Starts a server again that has ended, as systemd or an orchestrator does."""
    for server in (servers.write, servers.rabbitmq):
        if not server.running:
            server.kill()  # what is left of it
            server.launch()


@contextmanager
def _small(chaos: Chaos) -> Iterator[tuple[Chaos, dict[str, Disk]]]:
    """The same experiment, with a write database and a broker on disks of their own."""
    folder = chaos.folder / "small"
    sizes = {"data": DATA_MB, "WAL": LOG_MB, "broker": BROKER_MB}
    with ExitStack() as stack:
        disks = {
            name: stack.enter_context(disk(folder / name, size))
            for name, size in sizes.items()
        }
        servers = copy.copy(chaos.servers)
        servers.rabbitmq = RabbitMQ(folder / "broker", cache=RABBITMQ_PROGRAMS)
        stack.callback(servers.rabbitmq.kill)
        servers.rabbitmq.launch()
        servers.write = Postgres(folder / "data" / "write", settings=SETTINGS)
        stack.callback(servers.write.kill)
        _start(servers.write, folder / "WAL" / "pg_wal")
        template = {
            **os.environ,
            "DATABASE_URL": servers.write.ensure_database(TEMPLATE),
        }
        template["READ_DATABASE_URL"] = servers.read.url(TEMPLATE)
        run_manage(template, "migrate", "-v0")
        servers.rabbitmq.wait()
        yield replace(chaos, servers=servers), disks


def _start(write: Postgres, log: Path) -> None:
    """With its log on another disk."""
    write.start()
    write.stop()
    shutil.move(write.data / "pg_wal", log)
    write.data.joinpath("pg_wal").symlink_to(log)
    write.start()
