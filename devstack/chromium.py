"""A Chromium for tests in a browser: an installed one, or Debian's unpacked here.

python -m devstack.chromium fetches it where none is installed.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

from devstack.debian import fetch_once
from devstack.errors import NotInstalled
from devstack.folder import CHROMIUM_PROGRAMS

PACKAGE = "chromium-headless-shell"  # has no window: a third of all that Chromium needs
PROGRAMS = (PACKAGE, "chromium", "chromium-browser", "google-chrome")
HINT = (
    "no Chromium: install one (Debian: apt install chromium; macOS: brew install"
    " chromium) or name its program in CHROMIUM"
)
# What it is linked with, less what every Debian with apt and Python has.
LIBRARIES = """
    libasound2 libasyncns0 libatk1.0-0 libatspi2.0-0 libbrotli1 libbsd0 libdav1d6
    libdbus-1-3 libdouble-conversion3 libdrm2 libflac12 libfontconfig1 libfreetype6
    libgbm1 libglib2.0-0 libgraphite2-3 libharfbuzz libjpeg62-turbo liblcms2-2
    libminizip1 libmp3lame0 libmpg123-0 libnspr4 libnss3 libogg0 libopenh264-7
    libopenjp2-7 libopus0 libpng16-16 libpulse0 libsndfile1 libvorbis0a libvorbisenc2
    libwayland-server0 libx11-6 libx11-xcb1 libxau6 libxcb1 libxcomposite1 libxdamage1
    libxdmcp6 libxext6 libxfixes3 libxi6 libxkbcommon0 libxnvctrl0 libxrandr2
    libxrender1
"""
KEEP = (PACKAGE, "chromium-common", "fonts-dejavu-core", *LIBRARIES.split())
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{cache}/usr/share/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{cache}/font-cache</cachedir>
</fontconfig>
"""


class Browser(NamedTuple):
    program: str
    environment: dict[str, str]  # what it needs beside ours


def find_or_fetch(cache: Path = CHROMIUM_PROGRAMS) -> Browser:
    """CHROMIUM, else an installed one, else Debian's packages unpacked in `cache`.

    Raises NotInstalled, saying what to install.
    """
    if named := os.environ.get("CHROMIUM"):
        return Browser(named, {})
    for program in PROGRAMS:
        if found := shutil.which(program):
            return Browser(found, {})
    cache = cache.resolve()
    fetch_once(PACKAGE, into=cache, keep=KEEP, hint=HINT, finish=_add_fonts)
    return _unpacked(cache)


def _add_fonts(root: Path, target: Path) -> None:
    """A machine without fonts has no configuration of them either."""
    text = FONTS.format(cache=escape(str(target)))
    root.joinpath("fonts.conf").write_text(text)


def _unpacked(cache: Path) -> Browser:
    folders = [*cache.glob("usr/lib/*-linux-gnu*"), *cache.glob("lib/*-linux-gnu*")]
    folders += cache.glob("usr/lib/*-linux-gnu*/pulseaudio")
    environment = {
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, folders)),
        "FONTCONFIG_FILE": str(cache / "fonts.conf"),
    }
    return Browser(str(cache / "usr/lib/chromium" / PACKAGE), environment)


if __name__ == "__main__":
    try:
        find_or_fetch()
    except NotInstalled as error:
        sys.exit(str(error))
