"""The dashboard as somebody uses it: looks, chooses, drills down, takes home, waits."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from chaos.system import System

pytestmark = pytest.mark.processes

NET = "#figure-range-net_sales"
LATE_WITHIN_MS = 5_000


def summary(system: System, days: int = 30, tz: str = "UTC") -> dict[str, Decimal]:
    """Asked of the API."""
    answer = system.get(f"/api/analytics/summary?{last_days(days, tz)}")
    total: dict[str, Decimal] = answer.body["total"]
    return total


def last_days(count: int, tz: str = "UTC") -> str:
    """Today included."""
    after = datetime.now(ZoneInfo(tz)).date() + timedelta(days=1)
    return urlencode({"from": after - timedelta(days=count), "to": after, "tz": tz})


def money(value: Decimal) -> str:
    return f"{value:,.2f}"


def test_the_overview_shows_the_last_thirty_days(page: Page, system: System) -> None:
    page.goto("/")

    expect(page).to_have_title(re.compile("Overview"))
    expect(page.locator(NET)).to_have_text(money(summary(system)["netSales"]))
    expect(page.locator("#chart canvas")).to_be_visible()
    best = system.get(f"/api/analytics/products/top?{last_days(30)}").body["rows"][0]
    row = page.locator("#panel-products tbody tr").first
    expect(row.get_by_role("link").first).to_have_text(best["name"])
    expect(row.locator("td.n").first).to_have_text(money(best["netSales"]))
    expect(page.locator("#state-text")).to_contain_text("Live")
    expect(page.locator("[aria-busy=true]")).to_have_count(0)


def test_a_range_is_chosen_by_a_click_and_stands_in_the_address(
    page: Page, system: System
) -> None:
    page.goto("/")
    page.get_by_role("link", name="7 days", exact=True).click()

    expect(page).to_have_url(re.compile(r"range=7d"))
    expect(page.locator(NET)).to_have_text(money(summary(system, 7)["netSales"]))


def test_days_and_zone_are_picked_and_kept_on_other_pages(
    page: Page, system: System
) -> None:
    page.goto("/")
    page.locator("[data-picker] summary").click()
    page.get_by_label("First day").fill("2026-01-01")
    page.get_by_label("Time zone").fill("Asia/Kathmandu")
    page.get_by_role("button", name="Show").click()

    expect(page).to_have_url(re.compile(r"tz=Asia(/|%2F)Kathmandu"))
    expect(page.locator(".picker-zone")).to_have_text("Asia/Kathmandu")
    page.get_by_role("link", name="Products", exact=True).click()
    expect(page.locator(".picker-zone")).to_have_text("Asia/Kathmandu")


def test_another_zone_has_another_today(page: Page) -> None:
    page.goto("/?range=today&tz=Pacific%2FKiritimati")
    ahead = page.locator(".picker-range").inner_text()
    page.goto("/?range=today&tz=Pacific%2FPago_Pago")

    expect(page.locator(".picker-range")).not_to_have_text(ahead)


def test_a_figure_leads_to_its_orders_and_an_order_to_its_lines(
    page: Page, system: System
) -> None:
    page.goto("/?range=7d")
    page.locator("#figure-range-orders a").click()

    expect(page.locator("#total")).to_have_text(f"{summary(system, 7)['orders']:,}")
    row = page.locator("table.list tbody tr").first
    net = row.locator("td").last.inner_text()
    row.get_by_role("link").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Order")
    expect(page.locator("#total")).to_have_text(net)


def test_net_sales_lead_to_the_ledger_lines_that_add_up_to_them(
    page: Page, system: System
) -> None:
    page.goto("/?range=7d")
    page.locator(f"{NET} a").click()

    expect(page.locator("#total")).to_have_text(money(summary(system, 7)["netSales"]))
    expect(page.locator("table.list tbody tr").first).to_be_visible()


def test_an_export_has_the_figure_of_the_screen(page: Page, tmp_path: Path) -> None:
    page.goto("/products?range=90d")
    first = page.locator("table.list tbody tr").first
    name = first.get_by_role("link").first.inner_text()
    net = first.locator("td").first.get_by_role("link").inner_text()
    with page.expect_download() as started:
        page.get_by_role("link", name="CSV").first.click()
    started.value.save_as(tmp_path / "products.csv")

    assert started.value.suggested_filename.endswith(".csv")
    _head, line, *_ = (tmp_path / "products.csv").read_text().splitlines()
    assert name in line
    assert net.replace(",", "") in line


def test_an_order_shows_up_by_itself_without_a_new_page(
    page: Page, system: System
) -> None:
    page.goto("/?range=today")
    expect(page.locator("#state-text")).to_contain_text("Live")
    page.evaluate("window.isTheSame = true")
    before = page.locator("#figure-today-orders").inner_text()
    assert system.make_order(1, customer=9).status == 201

    expected = f"{int(before.replace(',', '')) + 1:,}"
    expect(page.locator("#figure-today-orders")).to_have_text(expected)
    assert page.evaluate("window.isTheSame")


def test_a_killed_consumer_shows_as_lag_within_five_seconds(
    page: Page, system: System
) -> None:
    page.goto("/")
    state = page.locator("#state-text")
    expect(state).to_contain_text("Live")
    system.roles["consumer"].kill()
    try:
        expect(state).to_contain_text("Behind", timeout=LATE_WITHIN_MS)
    finally:
        system.roles["consumer"].start()

    expect(state).to_contain_text("Live")
    assert page.locator("#lag").inner_text() in ("0 s", "1 s", "2 s")


def test_the_figures_are_reached_with_the_keyboard_alone(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.locator("[data-picker] summary").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("First day")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_label("First day")).to_be_hidden()
    expect(page.locator("[data-picker] summary")).to_be_focused()
