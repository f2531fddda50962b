"""Script in every text field, in a real browser: shown as text, run by no page.

A policy that had to step in would be told by the browser, and the page's guard notices.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from chaos.system import System
from tests.browser.chromium import open_page
from tests.browser.conftest import PageMaker

pytestmark = pytest.mark.processes

EVIL = "</script><img src=x onerror=document.title='owned'><b data-owned>{{7*7}}"
# What operators write, and what the broker hands over, in one process.
FILLED = f"""
from django.contrib.auth.models import User
from analytics_project.keys import store
from projections_app import dead_letters
evil = {EVIL!r}
User.objects.create_superuser("ann", password="hostile")
store.create(name=evil, scopes=["queries"], expires_at=None)
body = '{{"type": "' + evil + '"}}'
dead_letters.park(body.encode(), ValueError(evil))
dead_letters.park(evil.encode(), ValueError(evil))
letter = dead_letters.parked().latest("id")
dead_letters.discard([letter.id], by=evil, reason=evil)
"""
LISTS = (
    "analytics_project/apikey",
    "commands_app/order",
    "commands_app/ordercancellation",
    "commands_app/refund",
    "commands_app/outboxevent",
    "projections_app/deadletter",
    "projections_app/deadletteraction",
)
# The browser asks for one; any other address that is missing is told with its name.
NO_ICON = ("favicon.ico", "the server responded with a status of 404")
PAGES = (
    "/?range=today",
    "/products?range=today",
    "/categories?range=today",
    "/orders?range=today",
    "/restatements?range=today",
    "/explain?metric=net_sales&range=today",
    "/api/analytics/products/top",
    "/api/analytics/explain?metric=gross_sales&limit=5",
)


@pytest.fixture(scope="module")
def product(system: System) -> Iterator[int]:
    """Sold, refunded and cancelled, with script wherever text can stand."""
    id_ = system.make_product(name=EVIL, category=EVIL, sku=EVIL)
    kept = system.make_order(id_, customer=67, reference=EVIL).body["orderId"]
    gone = system.make_order(id_, customer=67).body["orderId"]
    assert system.post(f"/api/orders/{kept}/refunds", {"reason": EVIL}).status == 201
    assert system.post(f"/api/orders/{gone}/cancel", {"reason": EVIL}).status == 200
    system.manage("shell", "-v0", "-c", FILLED)
    system.wait_until_applied()
    yield id_
    system.read_db("UPDATE dead_letters SET settled_at = now()")  # others look too


@pytest.fixture
def admin(browser: Browser, system: System) -> Iterator[Page]:
    page, guard = open_page(browser, f"http://127.0.0.1:{system.ports['commands']}")
    guard.expected = NO_ICON
    page.goto("/admin/")
    page.get_by_label("Username").fill("ann")
    page.get_by_label("Password").fill("hostile")
    page.get_by_role("button", name="Log in").click()
    yield page
    guard.context.close()
    assert guard.complaints() == []


def is_text(page: Page, *, shown: bool = True) -> None:
    if shown:
        expect(page.locator("body")).to_contain_text("</script><img")
    assert page.locator("[data-owned], img[src=x]").count() == 0, page.url
    assert page.title() != "owned", page.url


def test_the_admin_shows_script_as_text(admin: Page, product: int) -> None:
    for name in LISTS:
        admin.goto(f"/admin/{name}/")
        is_text(admin, shown=False)
        rows = admin.locator("#result_list tbody tr")
        ours = rows.filter(has_text="img src")
        (ours if ours.count() else rows).first.locator("a").first.click()
        is_text(admin)
    admin.goto(f"/admin/projections_app/productcatalog/{product}/change/")
    is_text(admin)
    admin.goto("/admin/projections_app/deadletter/")
    admin.locator("#action-toggle").check()
    admin.locator("select[name=action]").select_option("discard")
    admin.locator("button[name=index]").click()
    expect(admin.get_by_role("button", name="Discard")).to_be_visible()
    is_text(admin)


def test_the_dashboard_and_the_api_show_script_as_text(
    new_page: PageMaker, product: int
) -> None:
    page = new_page(expected=NO_ICON)
    for address in (*PAGES, f"/products/{product}?range=today", "/customers/67"):
        page.goto(address)
        expect(page.locator("[aria-busy=true]")).to_have_count(0)
        is_text(page, shown=address.startswith(("/products", "/api")))


@pytest.mark.usefixtures("product")
def test_a_file_is_never_shown_as_a_page(page: Page) -> None:
    for kind in ("csv", "ndjson"):
        file = page.request.get(f"/api/analytics/products/top?format={kind}")
        assert EVIL[:20] in file.text()
        assert file.headers["content-disposition"].startswith("attachment")
        assert file.headers["x-content-type-options"] == "nosniff"
