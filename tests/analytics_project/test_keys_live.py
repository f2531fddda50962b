"""Keys on the real servers: made by the command, seen and refused by both roles."""

import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import psycopg
import pytest

from analytics_project.keys.access import KEPT_S
from devstack.folder import ROOT
from devstack.roles import manage
from tests.analytics_project.keys_made import OWN_SECRET, id_of
from tests.analytics_project.web import Web, eventually

pytestmark = pytest.mark.processes
ADDRESS = {"commands": "/api/orders", "queries": "/api/analytics/sync-status"}
LET_IN = {"commands": 405, "queries": 200}


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    web = Web(
        tmp_path_factory.mktemp("keys"), API_KEYS_REQUIRED="true", SECRET_KEY=OWN_SECRET
    )
    try:
        web.start()
        yield web
    finally:
        web.stop()


def api_keys(web: Web, *arguments: str) -> str:
    done = subprocess.run(
        manage("api_keys", *arguments),
        env=web.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def made(web: Web, scope: str) -> str:
    return api_keys(web, "create", "--name", "till", "--scope", scope)


def status(web: Web, role: str, key: str | None) -> int:
    head = f"Authorization: Bearer {key}\r\n" if key else ""
    return web.get(role, ADDRESS[role], head=head).status


def test_each_role_wants_its_scope_and_health_wants_none(web: Web) -> None:
    for role, other in ("commands", "queries"), ("queries", "commands"):
        mine, foreign = made(web, role), made(web, other)

        assert status(web, role, None) == 401
        assert status(web, role, foreign) == 403
        assert status(web, role, mine) == LET_IN[role]
        assert web.get(role, "/health").status == 200
        assert web.get(role, "/health/ready").status == 200


def test_a_revocation_is_seen_by_every_process_within_a_second(web: Web) -> None:
    keys = {role: made(web, role) for role in ADDRESS}
    for role, key in keys.items():
        assert {status(web, role, key) for _ in range(20)} == {LET_IN[role]}

    api_keys(web, "revoke", *map(id_of, keys.values()))
    time.sleep(KEPT_S)  # what is promised

    for role, key in keys.items():
        assert {status(web, role, key) for _ in range(20)} == {401}


def test_the_last_use_of_both_roles_is_told(web: Web) -> None:
    keys = {role: made(web, role) for role in ADDRESS}
    for role, key in keys.items():
        status(web, role, key)

    def all_used() -> bool:
        lines = api_keys(web, "list").splitlines()
        mine = [line for line in lines if any(id_of(k) in line for k in keys.values())]
        return len(mine) == 2 and not any("never" in line for line in mine)

    eventually(all_used, "both uses are noted")


def test_the_keys_are_in_no_log_and_in_no_database(web: Web) -> None:
    key = made(web, "admin")
    secret = key.rpartition("_")[2]
    for role in ADDRESS:
        status(web, role, key)
        status(web, role, f"{key}x")
        assert secret not in web.log(role)

    for name in "DATABASE_URL", "READ_DATABASE_URL":
        with psycopg.connect(web.environment[name]) as link:
            (text,) = link.execute("SELECT string_agg(k::text, '') FROM api_keys k")
        assert secret not in text[0]


def test_the_query_role_knows_its_keys_while_the_write_database_is_away(
    web: Web,
) -> None:
    key, fresh = made(web, "admin"), made(web, "queries")
    with psycopg.connect(web.environment["READ_DATABASE_URL"], autocommit=True) as link:
        link.execute("ALTER DATABASE write ALLOW_CONNECTIONS false")
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = 'write'"
        )
        try:
            assert status(web, "queries", fresh) == 200
            assert status(web, "queries", key) == 200
            assert status(web, "commands", key) == 503
        finally:
            link.execute("ALTER DATABASE write ALLOW_CONNECTIONS true")

    eventually(partial(lets_in, web, "commands", key), "commands are back")


def lets_in(web: Web, role: str, key: str) -> bool:
    return status(web, role, key) == LET_IN[role]


def test_of_a_limited_key_exactly_the_burst_passes_all_processes(web: Web) -> None:
    burst = 20
    key = api_keys(
        *(web, "create", "--name=till", "--scope=admin"),
        *("--rate=1", f"--burst={burst}"),
    )

    for role in ADDRESS:
        begun = time.monotonic()
        with ThreadPoolExecutor(8) as clients:
            asked = [clients.submit(status, web, role, key) for _ in range(60)]
        answers = [each.result() for each in asked]
        refilled = (time.monotonic() - begun) // 60  # on a machine that is very busy
        passed = answers.count(LET_IN[role])
        assert burst <= passed <= burst + refilled
        assert answers.count(429) == 60 - passed
