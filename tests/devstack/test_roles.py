"""Tests of where the web roles are asked, and where the metrics of all are."""

import pytest
import yaml

from devstack.folder import ROOT
from devstack.roles import roles, web_host


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("::1", "[::1]"),
        ("::", "[::1]"),
        ("10.0.0.7", "10.0.0.7"),
    ],
)
def test_a_role_is_asked_where_it_listens(bound: str, asked: str) -> None:
    assert web_host({"BIND_HOST": bound}) == asked


def metrics_ports(**environment: str) -> dict[str, str]:
    return {role.name: role.env["METRICS_PORT"] for role in roles(environment)}


def test_each_role_serves_its_metrics_where_prometheus_looks_for_them() -> None:
    config = yaml.safe_load((ROOT / "monitoring/prometheus.yml").read_text())
    [job] = config["scrape_configs"]

    assert metrics_ports() == {
        target["labels"]["role"]: target["targets"][0].removeprefix("127.0.0.1:")
        for target in job["static_configs"]
    }


def test_metrics_can_be_elsewhere_or_nowhere() -> None:
    assert list(metrics_ports(METRICS_PORT="9201").values())[:2] == ["9201", "9202"]
    assert set(metrics_ports(METRICS_PORT="0").values()) == {"0"}
