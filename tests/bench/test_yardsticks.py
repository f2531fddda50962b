"""The counterparts do the same work: the same rows come out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import chaos.servers
from bench import pgbench, seed
from bench.servers import Servers, connect
from bench.system import System
from bench.worker import worker

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def measured(
    servers: chaos.servers.Servers, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Servers]:
    """With the broker of other tests, which runs already."""
    made = Servers(tmp_path_factory.mktemp("bench"))
    made.stack.rabbitmq = servers.rabbitmq
    try:
        made.start()
        yield made
    finally:
        made.stack.rabbitmq = None
        made.stop()


def test_seeded_orders_are_exact_once_all_are_applied(measured: Servers) -> None:
    system = System(measured, "seeded")
    seed.pending(system.environment, 10_001, 10_500)
    system.prove()


def test_both_projectors_together_leave_exact_figures(measured: Servers) -> None:
    system = System(measured, "projectors")
    seed.pending(system.environment, 10_001, 12_000)
    with worker("projector", system.environment, 1) as process:
        assert process.ask("bare")["rate"] > 0
        assert process.ask("ours")["rate"] > 0
    system.prove()


def test_pgbench_places_orders_with_their_lines_and_events(
    measured: Servers, tmp_path: Path
) -> None:
    system = System(measured, "pgbench")
    url = system.environment["DATABASE_URL"]
    scripts = pgbench.write_scripts(tmp_path, system.environment, products=5_000)
    assert pgbench.rate(measured.postgres.binaries, url, scripts, seconds=1) > 0
    with connect(system.environment, "DATABASE_URL") as write:
        found = write.execute(
            "SELECT count(*), count(lines), min(lines), max(lines), count(event_id)"
            " FROM orders LEFT JOIN outbox USING (event_id) LEFT JOIN LATERAL ("
            "   SELECT count(*) AS lines FROM order_items WHERE order_id = orders.id"
            " ) AS items ON true WHERE orders.id > 10000"
        ).fetchone()
    assert found
    placed, _, fewest, most, events = found
    assert (placed, fewest, most) == (events, 1, 4)
