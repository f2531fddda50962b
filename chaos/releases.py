"""Two versions of the system as trees: the one before, and the one that stands here."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple

from chaos.mutants.mutant import ROOMS, copied
from devstack.folder import ROOT

# Where there is no tag: API keys and the actions on dead letters came after it, with
# their migrations in both databases.
BEFORE = "a33a6696d8bbcba597b478b54ff70e2990a46082"
# Without a history this code is both, and one of the two has another column.
MIGRATION = """
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("commands_app", "{last}")]
    operations = [
        migrations.RunSQL(
            f"ALTER TABLE {table} ADD COLUMN added_later text NOT NULL DEFAULT 'x'"
        )
        for table in ("orders", "outbox", "products")
    ]
"""


class Pair(NamedTuple):
    name: str  # of the version before
    before: Path
    after: Path


def pair(folder: Path) -> Pair:
    """Made in an empty folder."""
    folder.mkdir(parents=True)
    before = folder / "before"
    if (commit := previous()) and unpacked(commit, before):
        return Pair(commit[:12], before, ROOT)
    after = copied(folder / "after")
    _add_a_column(after / "commands_app/migrations")
    return Pair("this one, less a column", copied(before), after)


def previous() -> str | None:
    """UPGRADE_FROM, else the newest tag, else the commit that is named here."""
    tag = git("describe", "--tags", "--abbrev=0", "HEAD^")
    for name in (os.environ.get("UPGRADE_FROM"), tag, BEFORE):
        if name and (
            found := git("rev-parse", "--verify", f"{name.strip()}^{{commit}}")
        ):
            return found.strip()
    return None


def unpacked(commit: str, folder: Path) -> bool:
    """Whether the history, which may be a shallow one, has all of its files."""
    archive = folder.with_suffix(".tar")
    if git("archive", f"--output={archive}", commit, *ROOMS) is None:
        return False
    folder.mkdir()
    subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)
    return True


def git(*arguments: str) -> str | None:
    """What it printed; None where it failed, or is not there."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, check=False, capture_output=True, text=True
        )
    except FileNotFoundError:
        return None
    return done.stdout if done.returncode == 0 else None


def _add_a_column(migrations: Path) -> None:
    last = max(path.stem for path in migrations.glob("0*.py"))
    text = MIGRATION.replace("{last}", last)
    migrations.joinpath("9999_added_later.py").write_text(text)
