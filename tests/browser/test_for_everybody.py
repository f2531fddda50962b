"""Readable for everybody, everywhere: axe, small screens, names that mean harm."""

import csv

import pytest
from playwright.sync_api import Page, expect

from chaos.system import System
from tests.browser import shop
from tests.browser.accessibility import violations
from tests.browser.chromium import NARROW, WIDE
from tests.browser.conftest import PageMaker

pytestmark = pytest.mark.processes

# Axe looks at every text, which takes a second for a thousand: so the lists are short.
PAGES = ("/?range=7d", "/products?range=90d&q=S-1")
MORE_PAGES = (
    "/orders?range=today",
    "/orders/1",
    "/explain?metric=net_sales&range=today",
    "/products/1?range=7d",
    "/categories/Bakery%20/%20Sweets?range=7d",
    "/customers/1?range=7d",
    "/restatements?range=today",
    "/products?tz=Nowhere",
)


def settled(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "360px"])
def test_axe_finds_nothing_serious(
    new_page: PageMaker, scheme: str, size: dict[str, int]
) -> None:
    page = new_page(color_scheme=scheme, viewport=size)
    for address in PAGES:
        settled(page, address)
        assert violations(page) == [], address
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], address


def test_nor_on_other_pages(new_page: PageMaker) -> None:
    page = new_page(expected=["400"])
    for address in MORE_PAGES:
        settled(page, address)
        assert violations(page) == [], address


@pytest.fixture(scope="module")
def hostile(system: System) -> list[int]:
    """Products with names that mean harm, sold."""
    products = shop.make_hostile(system)
    assert system.make_order(*products, customer=66).status == 201
    system.wait_until_applied()
    return products


def test_hostile_names_are_text_and_nothing_else(
    page: Page, hostile: list[int]
) -> None:
    pages = ["/?range=today", "/products?range=today", "/categories?range=today"]
    pages += ["/explain?metric=net_sales&range=today"]
    pages += [f"/products/{id_}?range=today" for id_ in hostile]
    for address in pages:
        settled(page, address)
        assert page.title() != "owned", address
        assert page.locator("[data-owned], img, main script").count() == 0, address
    settled(page, "/products?range=today")
    for name in shop.HOSTILE:
        expect(page.get_by_role("link", name=name, exact=True)).to_be_visible()


@pytest.mark.usefixtures("hostile")
def test_no_cell_of_a_csv_file_is_a_formula(page: Page) -> None:
    text = page.request.get("/api/analytics/products/top?format=csv").text()
    assert "'=HYPERLINK" in text
    for row in csv.reader(text.splitlines()):
        assert not any(cell[:1] in ("=", "@", "+") for cell in row), row
