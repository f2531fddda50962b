"""A hot standby of a server: a copy made while it runs, that follows it."""

import subprocess
from pathlib import Path

from chaos.errors import Unexpected
from devstack import unprivileged
from devstack.postgres import FOR_TESTS, Postgres
from devstack.secrets_file import write_private


def standby_of(primary: Postgres, directory: Path) -> Postgres:
    """Started, and answering; its users and passwords are the primary's."""
    directory.mkdir(parents=True)
    secret = (primary.directory / "password").read_text()
    write_private(directory / "password", secret)
    standby = Postgres(directory, settings=FOR_TESTS)
    unprivileged.hand_over(directory)
    command = [str(primary.binaries / "pg_basebackup"), "--pgdata", str(standby.data)]
    command += ["--dbname", primary.url(), "--write-recovery-conf"]
    command += ["--checkpoint=fast", "--no-sync"]
    done = subprocess.run(
        [*unprivileged.prefix(), *command],
        check=False,
        capture_output=True,
        text=True,
        cwd=directory,
    )
    if done.returncode:
        raise Unexpected(f"pg_basebackup failed: {done.stderr.strip()}")
    standby.start()
    return standby
