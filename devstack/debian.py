"""Fetch Debian packages with apt and unpack them: nothing is installed."""

import fcntl
import getpass
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from devstack.errors import NotInstalled


def fetch_once(
    package: str,
    *,
    into: Path,
    keep: tuple[str, ...],
    hint: str,
    finish: Callable[[Path, Path], None] = lambda root, target: None,
) -> None:
    """`fetch`, unless it is there; another process may be fetching it just now."""
    into.parent.mkdir(parents=True, exist_ok=True)
    with into.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not into.exists():
            fetch(package, into=into, keep=keep, hint=hint, finish=finish)


def fetch(
    package: str,
    *,
    into: Path,
    keep: tuple[str, ...],
    hint: str,
    finish: Callable[[Path, Path], None] = lambda root, target: None,
) -> None:
    """Unpacks `package` and those it depends on whose names begin as in `keep`.

    `finish` may adapt the unpacked root before it is moved to its target. Raises
    NotInstalled with `hint`.
    """
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise NotInstalled(hint)
    draft = into.with_name(f"{into.name}.{os.getpid()}")
    try:
        _download(package, draft / "packages", keep, hint)
        for archive in sorted(draft.glob("packages/*.deb")):
            _apt(["dpkg", "-x", str(archive), str(draft / "root")], hint)
        finish(draft / "root", into)
        draft.joinpath("root").rename(into)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _download(package: str, folder: Path, keep: tuple[str, ...], hint: str) -> None:
    """With lists of its own, so that neither root nor the system's lists are needed."""
    for name in ("lists/partial", "cache/archives/partial"):
        folder.joinpath(name).mkdir(parents=True)
    options = [
        f"-oDir::State::lists={folder / 'lists'}",
        f"-oDir::Cache={folder / 'cache'}",
        f"-oAPT::Sandbox::User={getpass.getuser()}",
        "-oDebug::NoLocking=1",
    ]
    _apt(["apt-get", *options, "update"], hint)
    only = [f"--no-{kind}" for kind in ("recommends", "suggests", "conflicts")]
    only += [f"--no-{kind}" for kind in ("breaks", "replaces", "enhances")]
    command = ["apt-cache", *options, "depends", "--recurse", *only, package]
    names = {name for name in _apt(command, hint).split() if name.startswith(keep)}
    _apt(["apt-get", *options, "download", *sorted(names)], hint, cwd=folder)


def _apt(command: list[str], hint: str, *, cwd: Path | None = None) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd)
    if done.returncode:
        raise NotInstalled(f"{hint}\n{command[0]} said: {done.stderr.strip()}")
    return done.stdout
