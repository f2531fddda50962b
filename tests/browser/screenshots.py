"""Takes the pictures of the README and of docs/dashboard.

    python -m tests.browser.screenshots [--url http://127.0.0.1:8081]

Without an address, of a small shop on servers of its own; with one, of what runs there.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, expect, sync_playwright

from chaos.servers import Servers
from chaos.system import System
from devstack.debian import fetch
from devstack.folder import LOCAL, ROOT
from tests.browser import shop
from tests.browser.chromium import launched, open_page

FOLDER = ROOT / "docs" / "dashboard"
PROGRAMS = LOCAL / "pngquant-programs"
HINT = "no pngquant: install it (Debian: apt install pngquant)"
WIDE, NARROW = 1280, 360  # px
ORDERS, CUSTOMERS = 3000, 2000
COLOURS = "64"
PATIENCE_MS = 60_000


class Picture(NamedTuple):
    name: str
    address: str
    width: int
    height: int  # a page that is longer is cut
    scheme: str


PICTURES = (
    Picture("overview-light", "/?range=90d", WIDE, 2000, "light"),
    Picture("overview-dark", "/?range=90d", WIDE, 2000, "dark"),
    Picture("overview-narrow-light", "/?range=90d", NARROW, 1600, "light"),
    Picture("overview-narrow-dark", "/?range=90d", NARROW, 1600, "dark"),
    Picture("product-light", "/products/2?range=90d", WIDE, 1100, "light"),
    Picture("customer-dark", "/customers/2?range=90d", WIDE, 1100, "dark"),
    Picture("explain-light", "/explain?metric=net_sales", WIDE, 900, "light"),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--url", help="of a query service that runs")
    address = parser.parse_args().url
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        if address:
            take_all(browser, address)
            return
        with a_shop() as own:
            take_all(browser, own)


@contextmanager
def a_shop() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(Path(folder))
        servers.start()
        system = System(servers, Path(folder))
        try:
            system.start()
            shop.fill(system, ORDERS, CUSTOMERS)
            system.wait_until_applied()
            yield f"http://127.0.0.1:{system.ports['queries']}"
        finally:
            system.stop()
            servers.stop()


def take_all(browser: Browser, home: str) -> None:
    for picture in PICTURES:
        path = take(browser, home, picture)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size / 1000:.0f} kB")  # noqa: T201


def take(browser: Browser, home: str, picture: Picture) -> Path:
    size = {"width": picture.width, "height": picture.height}
    page, guard = open_page(browser, home, viewport=size, color_scheme=picture.scheme)
    page.set_default_timeout(PATIENCE_MS)
    page.goto(picture.address)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    path = FOLDER / f"{picture.name}.png"
    page.screenshot(path=path, animations="disabled")
    guard.context.close()
    if complaints := guard.complaints():
        raise SystemExit(f"{picture.address}: {complaints}")
    shrink(path)
    return path


def shrink(path: Path) -> None:
    """To few colours: a fifth of the size, and nobody sees it."""
    environment = dict(os.environ)
    program = shutil.which("pngquant")
    if not program:
        if not PROGRAMS.exists():
            keep = ("pngquant", "libimagequant", "liblcms2", "libpng16")
            fetch("pngquant", into=PROGRAMS, keep=keep, hint=HINT)
        program = str(PROGRAMS / "usr/bin/pngquant")
        folders = PROGRAMS.glob("usr/lib/*-linux-gnu*")
        environment["LD_LIBRARY_PATH"] = os.pathsep.join(map(str, folders))
    options = ["--force", "--skip-if-larger", "--strip", "--speed=1", COLOURS]
    subprocess.run(
        [program, *options, "--output", str(path), str(path)],
        check=True,
        env=environment,
    )


if __name__ == "__main__":
    main()
