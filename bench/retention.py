"""What `prune` does to a large outbox, and to those who work beside it.

It fills DATABASE_URL and READ_DATABASE_URL, two empty databases of your own, with two
weeks of published and applied events in a partition a day. Then orders are placed,
relayed, applied and read at a steady pace, for a minute alone and for as long as a week
is put away: `python -m bench.retention --events 10000000 --archive DIR`.
"""

import argparse
import os
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import django
import psycopg
from rich.console import Console
from rich.table import Table

DAYS = 14
KEPT = 7
RATE = 50.0  # orders a second
ALONE_S = 60.0
LOOK_S = 0.005  # between two looks at who waits for a lock

# Events as they are: two lines, ids of the time, all published a second later.
FILL = """
    INSERT INTO outbox (event_id, topic, event_type, version, subject, payload,
                        created_at, published_at)
    SELECT (lpad(to_hex((extract(epoch FROM made) * 1000)::bigint), 12, '0')
            || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
           'order-events', 'OrderCreated', 1, 'order/' || n,
           jsonb_build_object(
               'eventType', 'OrderCreated', 'orderId', n, 'customerId', n %% 100000,
               'placedAt', made, 'reference', NULL, 'total', '89.97',
               'lines', jsonb_build_array(
                   jsonb_build_object('lineNo', 1, 'productId', n %% 5000,
                       'sku', 'SKU-' || n %% 5000, 'name', 'Product ' || n %% 5000,
                       'category', 'Category ' || n %% 300, 'quantity', 2,
                       'unitPrice', '29.99', 'discount', '0.00'),
                   jsonb_build_object('lineNo', 2, 'productId', n * 7 %% 5000,
                       'sku', 'SKU-' || n * 7 %% 5000,
                       'name', 'Product ' || n * 7 %% 5000,
                       'category', 'Category ' || n %% 300, 'quantity', 1,
                       'unitPrice', '29.99', 'discount', '0.00'))),
           made, made + interval '1 second'
    FROM generate_series(%(first)s::bigint, %(last)s) AS n,
         LATERAL (SELECT now() - %(day)s * interval '1 day'
                         + (n - %(first)s) * interval '23 hours'
                           / (%(last)s - %(first)s) AS made) AS time
"""
KEYS = """
    INSERT INTO idempotency_keys (key, fingerprint, status, body, event_id, created_at)
    SELECT 'key-' || event_id, sha256(event_id::text::bytea), 201,
           '{"orderId": 1234567}', event_id, created_at
    FROM outbox WHERE id BETWEEN %s AND %s AND subject LIKE '%%0'
"""
COPY_OUT = """
    COPY (SELECT event_id, event_type, published_at FROM outbox
          WHERE id BETWEEN {} AND {} ORDER BY id) TO STDOUT (FORMAT binary)
"""
COPY_IN = """
    COPY processed_events (event_id, event_type, processed_at)
    FROM STDIN (FORMAT binary)
"""
# Of those who work beside it; the one that prunes may wait.
WAITING = """
    SELECT concat_ws(' ', 'lock:', locktype, relation::regclass::text),
           extract(epoch FROM clock_timestamp() - waitstart)::float8
    FROM pg_locks JOIN pg_stat_activity AS who USING (pid)
    WHERE NOT granted AND waitstart IS NOT NULL AND who.application_name = 'beside'
"""
SIZES = """
    SELECT (SELECT sum(pg_total_relation_size(inhrelid))::bigint FROM pg_inherits
            WHERE inhparent = 'outbox'::regclass),
           pg_total_relation_size('idempotency_keys')
"""
CACHE_SIZE = "SELECT pg_total_relation_size('processed_events')"


def main() -> None:
    options = parse()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "analytics_project.settings")
    for name in "DATABASE_URL", "READ_DATABASE_URL":
        joint = "&" if "?" in os.environ[name] else "?"
        os.environ[name] += f"{joint}application_name=beside"
    django.setup()
    console = Console(highlight=False, width=100)
    if not options.filled:
        console.print(f"filling: {fill(options.events):.0f} s")
    before, beside = sizes(), Beside()
    beside.run_while(lambda: time.monotonic() < beside.began + ALONE_S)
    alone = beside.taken()
    pruning = start_prune(options.archive, options.table)
    began = time.monotonic()
    beside.run_while(lambda: pruning.poll() is None)
    seconds = time.monotonic() - began
    console.print(f"prune: {seconds:.0f} s, status {pruning.returncode}")
    console.print(told_sizes(before, sizes(), options.archive))
    console.print(told(alone, beside.taken()))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench.retention",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--archive", type=Path, required=True, metavar="DIR")
    parser.add_argument("--table", action="append", default=[], help="all unless given")
    parser.add_argument(
        "--filled", action="store_true", help="the databases were filled before"
    )
    return parser.parse_args()


# --- two weeks --------------------------------------------------------------------
def fill(events: int) -> float:
    """Seconds. A partition a day, as a daily run would have left them."""
    from commands_app import partitions

    began, size = time.monotonic(), events // DAYS
    with connect("DATABASE_URL") as write, connect("READ_DATABASE_URL") as read:
        for number, day in enumerate(range(DAYS, 0, -1)):
            first = 1 + number * size
            values = {"first": first, "last": first + size - 1, "day": day}
            write.execute(FILL, values)
            ids = partitions.ids(partitions.in_use())
            write.execute(KEYS, ids)
            copy(write, read, COPY_OUT.format(*ids))
            partitions.make_next()
            partitions.turn()
        for side in write, read:
            side.execute("VACUUM (ANALYZE)")
            side.execute("CHECKPOINT")
    return time.monotonic() - began


def copy(write: psycopg.Connection, read: psycopg.Connection, query: str) -> None:
    with (
        write.cursor().copy(query.encode()) as source,
        read.cursor().copy(COPY_IN.encode()) as target,
    ):
        for block in source:
            target.write(block)


def connect(side: str) -> psycopg.Connection:
    return psycopg.connect(os.environ[side], autocommit=True)


def sizes() -> dict[str, int]:
    with connect("DATABASE_URL") as write, connect("READ_DATABASE_URL") as read:
        outbox, keys = write.execute(SIZES).fetchone() or (0, 0)
        (cache,) = read.execute(CACHE_SIZE).fetchone() or (0,)
    return {"outbox": outbox, "idempotency_keys": keys, "processed_events": cache}


def start_prune(archive: Path, tables: list[str]) -> "subprocess.Popen[bytes]":
    command = ["manage.py", "prune", *tables, "--older-than", f"{KEPT}d"]
    environment = {
        name: value.replace("application_name=beside", "application_name=prune")
        for name, value in os.environ.items()
    }
    return subprocess.Popen(
        [sys.executable, *command, "--archive", str(archive)], env=environment
    )


# --- those who work beside it -----------------------------------------------------
class Beside:
    """Four threads: orders, the way of their events, readers; and who waits."""

    def __init__(self) -> None:
        from commands_app.products import NewProduct, create_products

        product = NewProduct(name="Mouse", category="Mice", price=1, stock=10**9)  # type: ignore[arg-type]
        [receipt] = create_products([product])
        self.product = receipt.id
        self.began = time.monotonic()
        self.longest: defaultdict[str, list[float]] = defaultdict(list)

    def run_while(self, on: Callable[[], bool]) -> None:
        self.began = time.monotonic()
        self.longest.clear()
        end = threading.Event()
        threads = [
            threading.Thread(target=self._repeat, args=(work, pause, end))
            for work, pause in (
                (self._order, 1 / RATE),
                (self._carry, 0.1),
                (self._read, 1 / RATE),
            )
        ]
        threads += [
            threading.Thread(target=self._watch, args=(side, end))
            for side in ("DATABASE_URL", "READ_DATABASE_URL")
        ]
        for thread in threads:
            thread.start()
        while on():
            time.sleep(0.1)
        end.set()
        for thread in threads:
            thread.join()

    def taken(self) -> Mapping[str, list[float]]:
        return {name: sorted(values) for name, values in self.longest.items()}

    def _repeat(
        self, work: Callable[[], None], pause: float, end: threading.Event
    ) -> None:
        from django.db import connections

        due = time.monotonic()
        while not end.wait(max(0.0, due - time.monotonic())):
            due = max(due + pause, time.monotonic() - 1)
            work()
        connections.close_all()

    def _timed(self, name: str, work: Callable[[], object]) -> None:
        began = time.monotonic()
        work()
        self.longest[name].append(time.monotonic() - began)

    def _order(self) -> None:
        from commands_app.orders import place_orders
        from commands_app.sales import NewLine, NewOrder

        order = NewOrder(
            customer_id=1, lines=[NewLine(product_id=self.product, quantity=1)]
        )
        self._timed("place an order", lambda: place_orders([order]))

    def _carry(self) -> None:
        from commands_app import outbox
        from projections_app import projector

        def look() -> None:
            self.messages = outbox.pending(500).messages

        self._timed("relay: read", look)
        if bodies := [each.body for each in self.messages]:
            self._timed("projector: apply", lambda: projector.apply(bodies))
            ids = [each.id for each in self.messages]
            self._timed("relay: mark", lambda: outbox.mark_published(ids))

    def _read(self) -> None:
        from commands_app import outbox, published

        self._timed("health: backlog", outbox.backlog)
        self._timed("auditor: edge", published.edge)

    def _watch(self, side: str, end: threading.Event) -> None:
        with psycopg.connect(
            os.environ[side].replace("beside", "watch"), autocommit=True
        ) as connection:
            while not end.wait(LOOK_S):
                for lock, seconds in connection.execute(WAITING):
                    self.longest[lock].append(seconds)


# --- what it was ------------------------------------------------------------------
def told_sizes(
    before: Mapping[str, int], after: Mapping[str, int], archive: Path
) -> Table:
    table = Table("MB", "before", "after")
    for name in before:
        table.add_row(name, *(f"{each[name] / 1e6:,.0f}" for each in (before, after)))
    packed = sum(path.stat().st_size for path in archive.glob("*.gz"))
    table.add_row("archive", "0", f"{packed / 1e6:,.0f}")
    return table


def told(alone: Mapping[str, list[float]], beside: Mapping[str, list[float]]) -> Table:
    table = Table("ms", "alone: how many", "99.9 %", "longest")
    for heading in ("beside prune: how many", "99.9 %", "longest"):
        table.add_column(heading)
    for name in sorted({*alone, *beside}):
        cells = []
        for values in (alone.get(name, [0]), beside.get(name, [0])):
            high = values[int(len(values) * 0.999)]
            cells += [len(values), f"{high * 1e3:.1f}", f"{values[-1] * 1e3:.1f}"]
        table.add_row(name, *map(str, cells))
    return table


if __name__ == "__main__":
    main()
