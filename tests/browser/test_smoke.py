"""Pages that are there before any dashboard."""

from playwright.sync_api import Page, expect


def test_the_api_documentation_opens(page: Page) -> None:
    page.goto("/api/docs")
    expect(page.get_by_text("/api/analytics/sync-status")).to_be_visible()
