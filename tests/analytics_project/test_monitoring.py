"""Rules and dashboard name metrics that exist, and the reference names each of them.

tests/flow/test_monitoring.py asks all of it of a real Prometheus.
"""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from analytics_project import auditor, traffic
from commands_app import relay
from projections_app import consumer

MEASURED = (traffic, relay, consumer, auditor)  # and what they import
ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "monitoring"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((MONITORING / "alerts.yml").read_text())["groups"]
    for rule in group["rules"]
]
TESTS = yaml.safe_load((MONITORING / "alerts_test.yml").read_text())["tests"]
DASHBOARD = (MONITORING / "dashboard.json").read_text()
REFERENCE = (ROOT / "docs/reference/monitoring.md").read_text()
EXPOSITION = (ROOT / "analytics_project/exposition.py").read_text()
SUFFIXES = r"_(bucket|sum|count|total)$"


def ours() -> set[str]:
    """Without what a counter and a histogram append."""
    measured = {metric.name for metric in REGISTRY.collect()}
    asked = set(re.findall(r'"(analytics_\w+)"', EXPOSITION))
    return {name for name in measured | asked if name.startswith("analytics_")}


def named(text: str) -> set[str]:
    return {re.sub(SUFFIXES, "", name) for name in re.findall(r"analytics_\w+", text)}


def test_rules_and_dashboard_name_metrics_that_exist() -> None:
    rules = " ".join(rule["expr"] for rule in RULES)

    assert named(rules) - ours() == set()
    assert named(DASHBOARD) - ours() == set()


def test_every_metric_is_described_and_shown() -> None:
    described = re.findall(r"^\| `(analytics_\w+)", REFERENCE, flags=re.MULTILINE)

    assert sorted(re.sub(SUFFIXES, "", name) for name in described) == sorted(ours())
    assert ours() - named(DASHBOARD) == set()


def test_every_rule_is_tested_firing_and_quiet_and_is_described() -> None:
    alerts = [rule["alert"] for rule in RULES]
    assert [test["name"] for test in TESTS] == alerts
    for test in TESTS:
        quiet, firing = test["alert_rule_test"]
        assert {quiet["alertname"], firing["alertname"]} == {test["name"]}
        assert "exp_alerts" not in quiet
        assert firing["exp_alerts"]
    assert [name for name in alerts if f"`{name}`" not in REFERENCE] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_leads_to_a_page(rule: dict[str, Any]) -> None:
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page, _, anchor = rule["annotations"]["page"].partition("#")
    headings = re.findall(r"^#+ (.*)$", (ROOT / page).read_text(), flags=re.MULTILINE)
    assert not anchor or anchor in {each.lower().replace(" ", "-") for each in headings}


def test_every_panel_lies_beside_the_others() -> None:
    taken = set()
    for panel in json.loads(DASHBOARD)["panels"]:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        for x in range(at["x"], at["x"] + at["w"]):
            for y in range(at["y"], at["y"] + at["h"]):
                assert (x, y) not in taken, panel["title"]
                taken.add((x, y))
