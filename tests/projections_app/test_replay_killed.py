"""Kill -9 at any stage leaves the live tables serving, and the next run succeeds."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connections

from tests.projections_app import oracle
from tests.projections_app.histories import bodies
from tests.projections_app.replaying import (
    a_shop,
    deliver,
    execute,
    left_behind,
    rebuild,
    roll_back,
)

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["read"]),
    pytest.mark.usefixtures("no_generations"),
]


def replay_that_dies(source: str, stage: str) -> None:
    url = os.environ["READ_DATABASE_URL"].rpartition("/")[0]
    name = connections["read"].settings_dict["NAME"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.projections_app.killed_replay", source, stage],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "READ_DATABASE_URL": f"{url}/{name}",
            "DJANGO_SETTINGS_MODULE": "analytics_project.settings",
        },
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("source", "stage", "resume"),
    [
        ("ledger", "rebuilding", False),
        ("ledger", "verifying", True),
        ("ledger", "swap", False),
        ("outbox", "applying", False),
        ("outbox", "swapping", True),
        ("outbox", "swap", True),
    ],
)
def test_a_killed_replay_changes_nothing_and_the_next_one_succeeds(
    source: str,
    stage: str,
    resume: bool,  # noqa: FBT001
) -> None:
    history = a_shop()
    deliver(history)
    exact = oracle.stored()
    execute("DELETE FROM product_sales_view WHERE product_id = 1")
    before = oracle.stored()

    replay_that_dies(source, stage)
    assert oracle.stored() == before
    deliver(a_shop())  # nobody holds the projector back, and nothing counts twice
    rebuild(bodies(history) if source == "outbox" else None, resume=resume)

    assert oracle.stored() == exact
    assert left_behind() == []


def test_a_killed_rollback_can_be_run_again() -> None:
    history = a_shop()
    deliver(history[:40])
    rebuild()
    deliver(history[40:])

    replay_that_dies("ledger", "rollback")
    rebuilt = oracle.stored()
    roll_back()

    assert oracle.stored() == rebuilt
    for table, expected in oracle.expected(history).items():
        assert rebuilt[table] == expected, table
