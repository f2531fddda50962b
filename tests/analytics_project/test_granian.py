"""The other server for the query role: one setting, the same answers."""

import json
from collections.abc import Iterator

import pytest

from tests.analytics_project.large_file import a_client_goes_away
from tests.analytics_project.web import Web

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    web = Web(tmp_path_factory.mktemp("granian"), QUERY_SERVER="granian")
    try:
        web.start()
        yield web
    finally:
        web.stop()


def test_it_answers_a_question(web: Web) -> None:
    reply = web.get("queries", "/api/analytics/products/1/sales")

    assert "server: granian" in reply.head.lower()
    assert (reply.status, json.loads(reply.body)["orderCount"]) == (200, 0)


@pytest.mark.parametrize("path", ["/nowhere", "/api/analytics/products/0/sales"])
def test_our_own_refusals_are_problems(web: Web, path: str) -> None:
    assert web.get("queries", path).is_problem


def test_a_category_with_a_slash_reaches_its_figure(web: Web) -> None:
    reply = web.get("queries", "/api/analytics/categories/Home%2FGarden/revenue")

    assert json.loads(reply.body)["category"] == "Home/Garden"


def test_a_client_that_goes_away_ends_its_file(web: Web) -> None:
    a_client_goes_away(web)


def test_the_command_role_stays_with_gunicorn(web: Web) -> None:
    assert "server: gunicorn" in web.get("commands", "/health").head.lower()
