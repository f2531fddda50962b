"""What axe-core finds in a page."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = {"serious", "critical"}


def violations(page: Page) -> list[str]:
    """Those that matter, each with the element that it is about."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']} {node['target']}: {node['failureSummary']}"
        for each in found
        if each["impact"] in SERIOUS
        for node in each["nodes"]
    ]
