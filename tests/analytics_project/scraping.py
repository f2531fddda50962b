"""The metrics of a running web role, and which of its processes serves them."""

import urllib.request
from urllib.error import URLError

import psutil
from prometheus_client.parser import text_string_to_metric_families

from tests.analytics_project.web import Web

COUNT = "analytics_http_request_seconds_count"


def page(web: Web, role: str) -> str:
    """Empty while nobody has the port."""
    try:
        address = f"http://127.0.0.1:{web.metrics[role]}/metrics"
        with urllib.request.urlopen(address, timeout=5) as answer:
            return str(answer.read().decode())
    except (URLError, ConnectionError):
        return ""


def scraped(web: Web, role: str) -> dict[str, float]:
    """What has no labels."""
    families = text_string_to_metric_families(page(web, role))
    samples = [sample for family in families for sample in family.samples]
    return {each.name: each.value for each in samples if not each.labels}


def requests(web: Web, role: str, route: str) -> float:
    families = text_string_to_metric_families(page(web, role))
    samples = [sample for family in families for sample in family.samples]
    return sum(
        each.value
        for each in samples
        if each.name == COUNT and each.labels["route"] == route
    )


def process_that_serves(web: Web, role: str) -> int:
    [pid] = {
        link.pid
        for link in psutil.net_connections("tcp4")
        if link.status == psutil.CONN_LISTEN and link.laddr[1] == web.metrics[role]
    }
    assert pid
    return pid
