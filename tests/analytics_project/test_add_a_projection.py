"""The page that tells how a projection is added holds, word by word."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from tests.analytics_project.pipeline import a_shop

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "read"])

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/how-to/add-a-projection.md").read_text()
# What the page says to do, in a process that knows the new file; events come before
# the first replay, and after it.
STEPS = """
import django
django.setup()
from django.core.management import call_command
from commands_app import outbox
from projections_app import projector

history = list(outbox.history())
assert projector.apply(history[:7]) == []
call_command("reconcile")
call_command("replay_projections", "weekday_sales", dry_run=True)
call_command("replay_projections", "weekday_sales")
assert projector.apply(history[7:]) == []
call_command("replay_projections", source="outbox")
call_command("replay_projections", rollback=True)
call_command("reconcile")
"""


def block(language: str) -> str:
    [found] = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return str(found)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Path]:
    """The projector's room with one file more; all other rooms are the real ones."""
    room = shutil.copytree(ROOT / "projections_app", tmp_path / "projections_app")
    [name] = re.findall(r"`projections_app/(projections/\w+\.py)`", PAGE)
    (room / name).write_text(block("python"))
    yield tmp_path
    with connections["read"].cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS weekday_sales_view CASCADE")
        cursor.execute("DROP SCHEMA IF EXISTS replay_previous CASCADE")


def test_one_file_and_a_replay_are_all_that_it_takes(house: Path) -> None:
    a_shop()

    done = subprocess.run(
        [sys.executable, "-c", STEPS],
        cwd=house,
        env={
            **os.environ,
            "DATABASE_URL": url_of("default"),
            "READ_DATABASE_URL": url_of("read"),
            "DJANGO_SETTINGS_MODULE": "analytics_project.settings",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "first replay_projections: weekday_sales_view" in done.stdout
    assert re.search(r"weekday_sales_view +0 +[1-7]", done.stdout), done.stdout
    assert done.stdout.count("every figure is exact") == 2
    asked = rows("read", "SELECT * FROM weekday_sales_view ORDER BY weekday")
    assert asked == rows("default", block("sql")) != []


def rows(alias: str, query: str) -> list[tuple[object, ...]]:
    with connections[alias].cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def url_of(alias: str) -> str:
    name = "READ_DATABASE_URL" if alias == "read" else "DATABASE_URL"
    return f"{os.environ[name].rpartition('/')[0]}/" + str(
        connections[alias].settings_dict["NAME"]
    )
