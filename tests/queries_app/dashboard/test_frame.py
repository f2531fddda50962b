"""What holds for every page: escaping, policy, files, panels, wrong parameters."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tests.queries_app.dashboard.conftest import (
    HOSTILE,
    HOSTILE_CATEGORY,
    MARCH,
    Open,
)

APP = Path(__file__).resolve().parents[3] / "queries_app"
PAGES = [
    "/",
    "/products",
    "/categories",
    "/customers",
    "/orders",
    "/orders/1",
    "/explain",
    "/restatements",
]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self';"
    " frame-ancestors 'none'"
)


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize("address", PAGES)
def test_a_page_answers_and_names_are_only_text(browse: Open, address: str) -> None:
    page = browse(f"{address}?{MARCH}&q=&metric=net_sales")

    assert page.status == 200
    assert page.headers["Content-Security-Policy"] == POLICY
    assert page.headers["Cache-Control"] == "no-store"
    assert HOSTILE not in page.html
    assert HOSTILE_CATEGORY not in page.html
    assert not re.search(r"<[^>]* (style|on\w+)=", page.html)
    assert not re.search(r"<script(?![^>]* src=)", page.html)


@pytest.mark.usefixtures("shop")
def test_hostile_names_are_shown_as_they_are(browse: Open) -> None:
    page = browse(f"/products?{MARCH}")

    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in page.html
    assert "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;" in page.html


def test_what_is_searched_for_is_only_text(browse: Open) -> None:
    page = browse(f"/products?{MARCH}&q=%22%3E%3Cb%3E")

    assert 'value="&quot;&gt;&lt;b&gt;"' in page.html
    assert "Nothing is called that" in page.words


@pytest.mark.usefixtures("shop")
def test_every_file_that_pages_name_is_there(browse: Open) -> None:
    pages = [browse(address).html for address in PAGES]
    named = {name for html in pages for name in re.findall(r'"/static/([^"]+)"', html)}

    assert len(named) >= 9
    assert [name for name in named if not finders.find(name)] == []


def test_no_file_of_ours_names_another_host() -> None:
    """Vendored files name their own homes in comments, and are not ours to change."""
    folders = (APP / "templates", APP / "static")
    ours = [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "vendor" not in path.parts
    ]
    namespaces = "http://www.w3.org/2000/svg"

    for path in ours:
        text = path.read_text().replace(namespaces, "")
        assert not re.search(r"https?:|[\"'(]//", text), path


@pytest.mark.usefixtures("shop")
def test_a_panel_comes_alone_and_only_if_it_is_news(browse: Open) -> None:
    panel = browse(f"/?{MARCH}&panel=figures")
    [digest] = re.findall(r'"Figures-Seen": "(\w+)"', panel.html)

    assert panel.status == 200
    assert panel.html.lstrip().startswith('<section id="panel-figures"')
    assert "<html" not in panel.html
    again = browse(f"/?{MARCH}&panel=figures", **{"figures-seen": digest})
    assert (again.status, again.html) == (204, "")
    assert browse(f"/?{MARCH}&panel=nothing").status == 404


def test_an_unknown_page_is_told_to_people_and_to_programs(browse: Open) -> None:
    page, problem = browse("/nowhere"), browse("/nowhere", accept="*/*")

    assert (page.status, problem.status) == (404, 404)
    assert "There is nothing here." in page.words
    assert problem.headers["Content-Type"] == "application/problem+json"


def test_no_order_of_that_number(browse: Open) -> None:
    assert browse("/orders/4711").status == 404
    assert browse("/orders/x").status == 400


@pytest.mark.parametrize(
    "wrong",
    [
        "tz=Nowhere/Land",
        "tz=../../etc/passwd",
        "range=fortnight",
        "from=2026-03-01&to=2026-02-01",
        "from=yesterday&to=2026-02-01",
        "through=9999-99-99",
        "from=0001-01-01&through=9999-12-31",
        "compare=tomorrow",
        "measure=profit",
        "interval=second",
        "attribution=x",
        "labels=x",
    ],
)
def test_a_wrong_parameter_is_told_on_a_page(browse: Open, wrong: str) -> None:
    page = browse(f"/?{wrong}")

    assert page.status == 400
    assert page.headers["Content-Type"].startswith("text/html")
    assert "This cannot be shown." in page.words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_cookie_s_theme_is_in_the_page(browse: Open, theme: str) -> None:
    assert f'data-theme="{theme}"' in browse("/", cookies=f"theme={theme}").html
    assert "data-theme" not in browse("/", cookies='theme="><b>"').html
