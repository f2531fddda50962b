"""Where the programs of RabbitMQ and Erlang come from: installed, or unpacked here."""

import os
from pathlib import Path
from typing import NamedTuple

from devstack.debian import fetch

ERLANG = "usr/lib/erlang"
INSTALLED = (
    "/usr/lib/rabbitmq/lib/rabbitmq_server-*",  # Debian, Fedora
    "/opt/homebrew/opt/rabbitmq",
    "/usr/local/opt/rabbitmq",
)
HINT = (
    "no RabbitMQ: install one (Debian: apt install rabbitmq-server; macOS: brew install"
    " rabbitmq), name its folder in RABBITMQ_HOME, or give BROKER_URL"
)


class Programs(NamedTuple):
    home: Path  # holds sbin/rabbitmq-server
    erlang: Path | None  # bin folder to put on PATH; None: Erlang is on it already


def find_or_fetch(cache: Path) -> Programs:
    """RABBITMQ_HOME, else an installed one, else Debian's packages unpacked in `cache`.

    Raises NotInstalled, saying what to install.
    """
    if named := os.environ.get("RABBITMQ_HOME"):
        return Programs(Path(named), None)
    for pattern in INSTALLED:
        for home in Path("/").glob(pattern.lstrip("/")):
            if home.joinpath("sbin/rabbitmq-server").exists():
                return Programs(home, None)
    if not cache.exists():
        _fetch(cache)
    home = next(cache.glob("usr/lib/rabbitmq/lib/rabbitmq_server-*"))
    return Programs(home, cache / ERLANG / "bin")


def _fetch(cache: Path) -> None:
    print("Fetching RabbitMQ and Erlang with apt, unpacked here, nothing is installed")
    keep = ("erlang-", "rabbitmq-server")
    fetch("rabbitmq-server", into=cache, keep=keep, hint=HINT, finish=_relocate)


def _relocate(root: Path, target: Path) -> None:
    """Debian's scripts name /usr/lib/erlang and do not expect spaces in a path."""
    for script in root.joinpath(ERLANG).glob("**/bin/erl"):
        _replace(script, f"ROOTDIR=/{ERLANG}", f'ROOTDIR="{target / ERLANG}"')
    for script in root.glob("usr/lib/rabbitmq/lib/*/sbin/rabbitmq-env"):
        for word in ("${RABBITMQ_SCRIPTS_DIR}", "$SCRIPT_PATH"):
            _replace(script, f" {word}", f' "{word}"')


def _replace(script: Path, old: str, new: str) -> None:
    script.write_text(script.read_text().replace(old, new))
