"""Alert rules and dashboard, asked of a Prometheus that scrapes the real roles.

Fetches Debian's Prometheus (19 MB) where none is installed: MONITORING=1 runs it.
"""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import yaml

from chaos.answers import ask
from chaos.load import Load
from chaos.system import System
from chaos.waiting import eventually
from devstack.folder import ROOT
from devstack.ports import free_port
from devstack.process import Process
from devstack.prometheus import find_or_fetch
from devstack.roles import METRICS_PORT, ROLES

pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(300),
    pytest.mark.skipif("MONITORING" not in os.environ, reason="MONITORING is not set"),
]
MONITORING = ROOT / "monitoring"
RULES = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((MONITORING / "dashboard.json").read_text())
INTERVAL = "1s"  # between two scrapes; the file in monitoring/ has 15 s
WINDOW = "10s"  # Grafana's $__rate_interval


class Prometheus:
    def __init__(self, folder: Path, targets: dict[str, int]) -> None:
        self.port = free_port()
        config = (MONITORING / "prometheus.yml").read_text().replace("15s", INTERVAL)
        for index, port in enumerate(targets.values()):
            config = config.replace(f":{METRICS_PORT + index}]", f":{port}]")
        (folder / "prometheus.yml").write_text(config)
        (folder / "alerts.yml").write_text((MONITORING / "alerts.yml").read_text())
        command = [
            find_or_fetch().server,
            f"--config.file={folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        ]
        log = folder / "prometheus.log"
        self.process = Process("prometheus", command, cwd=folder, log=log)

    def get(self, path: str) -> Any:
        answer = ask(self.port, "GET", f"/api/v1/{path}", None, {})
        assert answer.body["status"] == "success", answer.body
        return answer.body["data"]

    def query(self, expression: str) -> list[Any]:
        expression = expression.replace("$__rate_interval", WINDOW)
        found: list[Any] = self.get(f"query?query={quote(expression)}")["result"]
        return found

    def is_up(self) -> bool:
        try:
            return len(self.query('up{job="analytics"} == 1')) == len(ROLES)
        except (OSError, ValueError):  # before it is ready it says so in plain text
            return False

    def alerts(self) -> set[tuple[str, str]]:
        """Names with their roles, pending or firing."""
        labels = [alert["labels"] for alert in self.get("alerts")["alerts"]]
        return {(each["alertname"], each.get("role", "")) for each in labels}


@pytest.fixture
def prometheus(system: System, tmp_path: Path) -> Iterator[Prometheus]:
    ports = {role: free_port() for role in ROLES}
    for role, port in ports.items():
        system.start(role, METRICS_PORT=str(port))
    server = Prometheus(tmp_path, ports)
    try:
        server.process.start()
        eventually(server.is_up, "all roles are scraped")
        yield server
    finally:
        server.process.stop()


def queries() -> list[str]:
    targets = [t for p in DASHBOARD["panels"] for t in p.get("targets", [])]
    return [target["expr"] for target in targets]


def names() -> set[str]:
    text = " ".join(rule["expr"] for rule in RULES)
    return set(re.findall(r"analytics_\w+", text))


def test_every_rule_and_every_panel_has_data_of_the_running_roles(
    system: System, prometheus: Prometheus
) -> None:
    load = Load(system, system.make_products(), rate=20)
    with load.running():
        for path in ("/", "/api/analytics/sync-status", "/no/such/page"):
            system.call("queries", "HEAD", path)
        for query in queries():
            eventually(partial(prometheus.query, query), query)
        for name in names():
            assert prometheus.query(name), name
    [group] = prometheus.get("rules")["groups"]
    assert {rule["name"]: rule["health"] for rule in group["rules"]} == {
        rule["alert"]: "ok" for rule in RULES
    }
    assert prometheus.alerts() == set()

    system.stop("relay")
    system.make_order(load.products[0])

    eventually(lambda: ("RoleDown", "relay") in prometheus.alerts(), "an alert")


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "config", "prometheus.yml"],
        ["check", "rules", "alerts.yml"],
        ["test", "rules", "alerts_test.yml"],
    ],
    ids=" ".join,
)
def test_promtool_finds_no_fault(arguments: list[str]) -> None:
    done = subprocess.run(
        [find_or_fetch().promtool, *arguments],
        cwd=MONITORING,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
