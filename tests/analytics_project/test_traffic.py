"""Requests are measured by the route that they took, whatever stood in them."""

import pytest
from django.test import Client
from prometheus_client import REGISTRY
from pytest_django import Settings

from analytics_project import traffic

COUNT = "analytics_http_request_seconds_count"


@pytest.fixture(autouse=True)
def none_yet() -> None:
    traffic.ANSWERING.clear()
    traffic._children.clear()


@pytest.fixture
def client(settings: Settings, client: Client) -> Client:
    settings.ROLE = "queries"
    settings.ROOT_URLCONF = "analytics_project.urls_queries"
    client.raise_request_exception = False
    return client


def measured() -> dict[tuple[str, str, str], float]:
    """Requests by route, method and class of status."""
    return {
        (each.labels["route"], each.labels["method"], each.labels["status"]): each.value
        for metric in REGISTRY.collect()
        for each in metric.samples
        if each.name == COUNT
    }


def test_addresses_of_one_route_are_one_series(client: Client) -> None:
    for number in (1, 2, 3):
        client.get(f"/api/analytics/products/{number}/sales")

    route = "/api/analytics/products/<str:product_id>/sales"
    assert measured() == {(route, "GET", "2xx"): 3}


@pytest.mark.parametrize(
    "address", ["/api/nothing", "/nothing", "/admin/", "/api/analytics/products/1/x"]
)
def test_addresses_that_are_none_of_ours_are_one_series(
    client: Client, address: str
) -> None:
    client.get(address)
    client.get(f"{address}2")

    assert measured() == {("unknown", "GET", "4xx"): 2}


def test_who_may_not_come_in_is_measured_without_a_route(
    client: Client, settings: Settings
) -> None:
    settings.API_KEYS_REQUIRED = True
    client.get("/api/analytics/products/1/sales")

    assert measured() == {("unknown", "GET", "4xx"): 1}


def test_files_are_one_series(client: Client) -> None:
    client.get("/static/nothing.css")

    assert measured() == {("static", "GET", "4xx"): 1}


def test_methods_that_a_client_made_up_are_one_series(client: Client) -> None:
    client.generic("BREW", "/health")
    client.generic("FROBNICATE", "/health")

    assert measured() == {("/health", "other", "4xx"): 2}


def test_a_page_is_measured_as_well(client: Client) -> None:
    client.get("/products/1")

    [(route, method, status)] = measured()
    assert (method, status) == ("GET", "4xx")
    assert "<" in route
