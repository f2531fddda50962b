"""Every contract of .importlinter is shown to catch what it forbids."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from devstack.folder import ROOT

CONFIG = ".importlinter"

# One planted import for every contract: contract id, importing file, imported module.
PLANTED = {
    "house": ("commands_app/orders.py", "projections_app.ledger"),
    "devstack-rooms": ("devstack/ports.py", "messaging.topology"),
    "rooms-devstack": ("analytics_project/health.py", "devstack.ports"),
    "bench": ("devstack/waiting.py", "bench.figures"),
    "chaos": ("bench/target.py", "chaos.waiting"),
    "queries": ("queries_app/parameters.py", "messaging.events"),
    "read-models": ("queries_app/views.py", "projections_app.models"),
    "wire": ("messaging/daemon.py", "django.db"),
    "plain": ("messaging/envelope.py", "pika"),
    "amqp": ("commands_app/relay.py", "pika"),
    "http": ("projections_app/projector.py", "rest_framework.views"),
    "telemetry": ("messaging/publisher.py", "opentelemetry"),
    "messaging-inside": ("messaging/topology.py", "messaging.amqp"),
    "commands-inside": ("commands_app/outbox.py", "commands_app.orders"),
    "projections-inside": ("projections_app/ledger.py", "projections_app.projector"),
    "dead-letters-inside": (
        "projections_app/dead_letters/parking.py",
        "projections_app.dead_letters.settling",
    ),
    "queries-inside": ("queries_app/queries.py", "queries_app.views"),
    "reports-inside": (
        "queries_app/reports/ranges.py",
        "queries_app.reports.parameters",
    ),
    "dashboard-inside": (
        "queries_app/dashboard/wording.py",
        "queries_app.dashboard.figures",
    ),
    "status-inside": (
        "analytics_project/status/finding.py",
        "analytics_project.status.sessions",
    ),
    "retention-inside": (
        "analytics_project/retention/interlock.py",
        "analytics_project.retention.events",
    ),
    "hallway-inside": ("analytics_project/problems.py", "analytics_project.health"),
}


def contracts() -> dict[str, str]:
    """Names by id."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / CONFIG)
    prefix = "importlinter:contract:"
    return {
        section.removeprefix(prefix): parser[section]["name"]
        for section in parser.sections()
        if section.startswith(prefix)
    }


def exhaustive() -> list[str]:
    parser = configparser.ConfigParser()
    parser.read(ROOT / CONFIG)
    return [
        parser[section]["containers"].strip()
        for section in parser.sections()
        if parser[section].get("exhaustive")
    ]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of all rooms, to be damaged."""
    shutil.copy(ROOT / CONFIG, tmp_path)
    for room in ROOT.iterdir():
        if (room / "__init__.py").exists() and room.name != "tests":
            shutil.copytree(room, tmp_path / room.name)
    return tmp_path


def lint(house: Path) -> str:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [program, "--no-cache"],
        cwd=house,
        env={**os.environ, "COLUMNS": "200"},  # long names are not to be wrapped
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    return done.stdout


def test_there_is_a_planted_violation_for_every_contract() -> None:
    assert PLANTED.keys() == contracts().keys()


def test_every_contract_is_broken_by_its_planted_import(house: Path) -> None:
    for file, imported in PLANTED.values():
        path = house / file
        path.write_text(f"import {imported}\n" + path.read_text())

    report = lint(house)

    for id_, name in contracts().items():
        file, imported = PLANTED[id_]
        importer = file.removesuffix(".py").replace("/", ".")
        external = imported.startswith(("django", "rest_framework"))
        target = imported.split(".")[0] if external else imported
        assert f"{name} BROKEN" in report
        assert f"{importer} -> {target} (l.1)" in report


def test_a_module_without_a_place_in_its_room_is_refused(house: Path) -> None:
    for room in exhaustive():
        (house / room.replace(".", "/") / "utils.py").write_text('"""A stray."""\n')

    report = lint(house)

    assert len(exhaustive()) == 10
    for room in exhaustive():
        assert f"- {room}.utils" in report


def test_the_house_as_it_stands_keeps_every_contract(house: Path) -> None:
    assert f"{len(contracts())} kept, 0 broken" in lint(house)
