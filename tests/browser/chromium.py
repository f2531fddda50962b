"""Chromium as the tests drive it, and what must not happen in any page."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    Response,
)

from devstack.chromium import find_or_fetch

OPTIONS = [
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing else is there
]
PATIENCE_MS = 10_000
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


@contextmanager
def launched(playwright: Playwright) -> Iterator[Browser]:
    """Headless, with a profile of its own. Raises NotInstalled."""
    found = find_or_fetch()
    browser = playwright.chromium.launch(
        executable_path=found.program,
        args=OPTIONS,
        env={**os.environ, **found.environment},
    )
    try:
        yield browser
    finally:
        browser.close()


class Guard:
    """Notes what went wrong in a context's pages: errors, and calls to other hosts.

    What a test provokes is put into `expected`, words of the message.
    """

    def __init__(self, context: BrowserContext, home: str) -> None:
        self.context = context
        self._home = urlsplit(home).netloc
        self.found: list[str] = []
        self.expected: Sequence[str] = ()
        context.on("console", self._console)
        context.on("weberror", lambda error: self.found.append(f"raised {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)
        context.on("dialog", self._dialog)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.found.append(f"{message.type} {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob") and parts.netloc != self._home:
            self.found.append(f"asked {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.found.append(f"{response.status} for {response.url}")

    def _dialog(self, dialog: object) -> None:
        self.found.append("opened a dialog")

    def complaints(self) -> list[str]:
        return [
            each
            for each in self.found
            if not any(words in each for words in self.expected)
        ]


def open_page(browser: Browser, home: str, **options: Any) -> tuple[Page, Guard]:
    """A page of a context of its own; addresses are relative to `home`."""
    settings: dict[str, Any] = {
        "viewport": WIDE,
        "locale": "en-GB",
        "timezone_id": "UTC",
        **options,
    }
    context = browser.new_context(base_url=home, **settings)
    context.set_default_timeout(PATIENCE_MS)
    return context.new_page(), Guard(context, home)
