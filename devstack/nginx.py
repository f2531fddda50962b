"""An nginx for the test of the proxy: an installed one, or Debian's unpacked here."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from devstack.debian import fetch_once
from devstack.folder import NGINX_PROGRAMS

HINT = "no nginx: install one (Debian: apt install nginx; macOS: brew install nginx)"
KEEP = ("nginx", "libpcre2-8-0", "libssl3")


class Nginx(NamedTuple):
    program: str
    environment: dict[str, str]  # what it needs beside ours


def find_or_fetch(cache: Path = NGINX_PROGRAMS) -> Nginx:
    """Raises NotInstalled, saying what to install."""
    if found := shutil.which("nginx"):
        return Nginx(found, {})
    fetch_once("nginx", into=cache, keep=KEEP, hint=HINT)
    libraries = map(str, cache.glob("usr/lib/*-linux-gnu*"))
    return Nginx(
        str(cache / "usr/sbin/nginx"), {"LD_LIBRARY_PATH": os.pathsep.join(libraries)}
    )
