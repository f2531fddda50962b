"""Where the programs of RabbitMQ and Erlang come from: installed, or unpacked here."""

import getpass
import os
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from devstack.errors import NotInstalled

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
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise NotInstalled(HINT)
    print("Fetching RabbitMQ and Erlang with apt, unpacked here, nothing is installed")
    draft = cache.with_name(f"{cache.name}.{os.getpid()}")
    try:
        _download(draft / "packages")
        for package in sorted(draft.glob("packages/*.deb")):
            _apt(["dpkg", "-x", str(package), str(draft / "root")])
        _relocate(draft / "root", cache)
        draft.joinpath("root").rename(cache)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _download(folder: Path) -> None:
    """With lists of its own, so that neither root nor the system's lists are needed."""
    for name in ("lists/partial", "cache/archives/partial"):
        folder.joinpath(name).mkdir(parents=True)
    options = [
        f"-oDir::State::lists={folder / 'lists'}",
        f"-oDir::Cache={folder / 'cache'}",
        f"-oAPT::Sandbox::User={getpass.getuser()}",
        "-oDebug::NoLocking=1",
    ]
    _apt(["apt-get", *options, "update"])
    only = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts")]
    only += [f"--no-{kind}" for kind in ("breaks", "replaces", "enhances")]
    listed = _apt(
        ["apt-cache", *options, "depends", "--recurse", *only, "rabbitmq-server"]
    )
    names = [n for n in listed.split() if n.startswith(("erlang-", "rabbitmq-server"))]
    _apt(["apt-get", *options, "download", *sorted(set(names))], cwd=folder)


def _apt(command: list[str], *, cwd: Path | None = None) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise NotInstalled(f"{HINT}\n{command[0]} said: {done.stderr.strip()}")
    return done.stdout


def _relocate(root: Path, target: Path) -> None:
    """Debian's scripts name /usr/lib/erlang and do not expect spaces in a path."""
    for script in root.joinpath(ERLANG).glob("**/bin/erl"):
        _replace(script, f"ROOTDIR=/{ERLANG}", f'ROOTDIR="{target / ERLANG}"')
    for script in root.glob("usr/lib/rabbitmq/lib/*/sbin/rabbitmq-env"):
        for word in ("${RABBITMQ_SCRIPTS_DIR}", "$SCRIPT_PATH"):
            _replace(script, f" {word}", f' "{word}"')


def _replace(script: Path, old: str, new: str) -> None:
    script.write_text(script.read_text().replace(old, new))
