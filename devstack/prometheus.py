"""A Prometheus, and promtool: installed ones, or Debian's unpacked here (19 MB).

python -m devstack.prometheus fetches them where none are installed.
"""

import fcntl
import shutil
import sys
from pathlib import Path
from typing import NamedTuple

from devstack.debian import fetch
from devstack.errors import NotInstalled
from devstack.folder import PROMETHEUS_PROGRAMS

PACKAGE = "prometheus"  # its libraries are for pages that nobody looks at here
HINT = "no Prometheus: install it (Debian: apt install prometheus)"


class Programs(NamedTuple):
    server: str
    promtool: str


def find_or_fetch(cache: Path = PROMETHEUS_PROGRAMS) -> Programs:
    """Raises NotInstalled, saying what to install."""
    server, promtool = shutil.which("prometheus"), shutil.which("promtool")
    if server and promtool:
        return Programs(server, promtool)
    cache.parent.mkdir(parents=True, exist_ok=True)
    with cache.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another process may be fetching it
        if not cache.exists():
            fetch(PACKAGE, into=cache, keep=(PACKAGE,), hint=HINT)
    folder = cache / "usr/bin"
    return Programs(str(folder / "prometheus"), str(folder / "promtool"))


if __name__ == "__main__":
    try:
        find_or_fetch()
    except NotInstalled as error:
        sys.exit(str(error))
