"""The counterparts do the same work: the same rows come out."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import pgbench, seed
from bench.servers import Servers, connect
from bench.system import System
from bench.worker import worker

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    made = Servers(tmp_path_factory.mktemp("bench"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


def test_seeded_orders_are_exact_once_all_are_applied(servers: Servers) -> None:
    system = System(servers, "seeded")
    seed.pending(system.environment, 10_001, 10_500)
    system.prove()


def test_both_projectors_together_leave_exact_figures(servers: Servers) -> None:
    system = System(servers, "projectors")
    seed.pending(system.environment, 10_001, 12_000)
    with worker("projector", system.environment, 1) as process:
        assert process.ask("bare")["rate"] > 0
        assert process.ask("ours")["rate"] > 0
    system.prove()


def test_pgbench_places_orders_with_their_lines_and_events(
    servers: Servers, tmp_path: Path
) -> None:
    system = System(servers, "pgbench")
    url = system.environment["DATABASE_URL"]
    scripts = pgbench.write_scripts(tmp_path, system.environment, products=5_000)
    assert pgbench.rate(servers.postgres.binaries, url, scripts, seconds=1) > 0
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
