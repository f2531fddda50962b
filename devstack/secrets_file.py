"""Secrets that are made once and kept in files which only their owner reads."""

import os
import secrets
from pathlib import Path

OWNER_ONLY = 0o600


def kept_secret(path: Path) -> str:
    if not path.exists():
        write_private(path, secrets.token_urlsafe(18))
    return path.read_text()


def write_private(path: Path, text: str) -> None:
    """Never readable by others, and never seen half written."""
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_CREAT | os.O_WRONLY, OWNER_ONLY), "w") as file:
        file.write(text)
    draft.rename(path)
