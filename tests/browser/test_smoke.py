"""The other page of the role, and that the tests see what they look for."""

from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import violations
from tests.browser.chromium import open_page


def test_the_api_documentation_opens(page: Page) -> None:
    page.goto("/api/docs")
    expect(page.get_by_text("/api/analytics/sync-status")).to_be_visible()


def test_what_must_not_happen_in_a_page_is_noticed(browser: Browser, home: str) -> None:
    page, guard = open_page(browser, home)
    page.goto("/health")
    assert guard.complaints() == []
    page.evaluate("console.error('broken')")
    page.evaluate("fetch('http://elsewhere.invalid/').catch(() => 0)")
    page.evaluate("fetch('/nothing')")
    page.evaluate("setTimeout(() => { throw new Error('thrown') })")
    page.evaluate("setTimeout(() => alert('hello'))")
    page.wait_for_timeout(100)

    told = "\n".join(guard.complaints())
    for sign in ("broken", "elsewhere.invalid", "404", "thrown", "dialog"):
        assert sign in told
    guard.context.close()


def test_axe_sees_what_is_hard_to_read(browser: Browser, home: str) -> None:
    page, guard = open_page(browser, home)
    page.set_content(
        "<html lang=en><title>A</title><main><h1>A</h1>"
        "<p style='color: #aaa; background: #fff'>Pale</p></main>"
    )
    assert [text.split()[0] for text in violations(page)] == ["color-contrast"]
    guard.context.close()
