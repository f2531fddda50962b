"""Servers and roles go away under load; afterwards every figure is exact."""

import random
from functools import partial

import pytest

from chaos.invariants import violations
from chaos.load import Load
from chaos.system import System
from chaos.waiting import eventually

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]
KILLS = 20


def assert_nothing_lost(system: System, load: Load) -> None:
    assert violations(system, load) == []


def test_orders_placed_before_the_first_consumer_ever_started_are_counted(
    system: System,
) -> None:
    system.start("commands", "queries", "relay")
    load = Load(system, system.make_products(), batch=10)
    with load.running():
        load.wait_for(1000)
    system.start("consumer")

    assert_nothing_lost(system, load)


def test_a_broker_that_stops_or_dies_costs_no_event_and_refuses_no_order(
    system: System,
) -> None:
    system.start()
    load = Load(system, system.make_products(), rate=100)
    with load.running():
        load.wait_for(50)
        system.servers.rabbitmq.stop(grace=2)
        load.wait_for(50)
        ready = system.call("commands", "GET", "/health/ready")
        assert (ready.status, ready.body["database"]) == (200, "ok")
        assert ready.body["outbox"]["pending"] >= 50
        for role, daemon in (("commands", "broker"), ("queries", "consumer")):
            eventually(partial(says, system, role, daemon, "unreachable"), daemon)
        system.servers.rabbitmq.start()
        load.wait_for(50)
        system.servers.rabbitmq.kill()
        load.wait_for(50)
        system.servers.rabbitmq.start()
        load.wait_for(50)

    assert load.answers.keys() <= {200, 201}
    assert_nothing_lost(system, load)


def says(system: System, role: str, daemon: str, state: str) -> bool:
    ready = system.call(role, "GET", "/health/ready").body
    return bool(ready[daemon]["status"] == state)


@pytest.mark.parametrize("side", ["write", "read"])
def test_a_database_that_crashes_costs_no_event(system: System, side: str) -> None:
    system.start()
    server = getattr(system.servers, side)
    load = Load(system, system.make_products(), rate=100)
    with load.running():
        for _ in range(3):
            load.wait_for(100)
            server.restart(immediate=True)
        load.wait_for(100)

    assert load.answers.keys() <= {200, 201, 503, 409}
    assert_nothing_lost(system, load)


def test_health_tells_which_database_is_away(system: System) -> None:
    system.start("commands", "queries")
    for role, server in (
        ("commands", system.servers.write),
        ("queries", system.servers.read),
    ):
        assert system.call(role, "GET", "/health/ready").status == 200
        server.stop()
        away = system.call(role, "GET", "/health/ready")
        assert away.status == 503
        assert away.headers["content-type"] == "application/problem+json"
        assert system.call(role, "GET", "/health").status == 200
        server.start()
        eventually(
            lambda role=role: system.call(role, "GET", "/health/ready").status == 200,
            "ready again",
        )


def test_relay_and_consumer_killed_with_9_again_and_again_lose_nothing(
    system: System,
) -> None:
    system.start()
    dice = random.Random(7)
    load = Load(system, system.make_products(), rate=150)
    with load.running():
        for role in ["relay", "consumer"] * KILLS:
            load.wait_for(dice.randint(5, 60))
            system.kill(role)

    assert_nothing_lost(system, load)


def test_web_workers_killed_with_9_lose_no_acknowledged_order(system: System) -> None:
    system.start()
    load = Load(system, system.make_products())
    with load.running():
        for _ in range(3):
            load.wait_for(50)
            system.kill("commands")

    assert_nothing_lost(system, load)


def test_lag_grows_while_the_consumer_is_away_and_goes_back_to_zero(
    system: System,
) -> None:
    def lag() -> int | None:
        found: int | None = system.get("/api/analytics/sync-status").body["lagSeconds"]
        return found

    system.start()
    system.make_product()
    eventually(lambda: lag() == 0, "lag is 0 when idle")
    system.stop("consumer")
    eventually(lambda: (lag() or 0) >= 3, "lag grows")
    system.roles["consumer"].start()
    eventually(lambda: lag() == 0, "lag is 0 again")


def test_sigterm_ends_every_role_cleanly_and_in_time(system: System) -> None:
    system.start()
    load = Load(system, system.make_products(), rate=50)
    with load.running():
        for role in ("relay", "consumer", "queries"):
            load.wait_for(10)
            system.stop(role)
    system.stop("commands")

    codes = {name: role.returncode for name, role in system.roles.items()}
    assert codes == dict.fromkeys(codes, 0)
    system.start()
    assert_nothing_lost(system, load)
