#!/usr/bin/env python3
"""Make the secrets that docker-compose.production.yml reads: random, each once.

A secret that is there already is left as it is. The certificate of the proxy
(tls_certificate, tls_key) is not made here: put your own beside them.
"""

import argparse
import secrets
from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parent / "secrets"
ROLES = ("commands", "relay", "consumer", "queries", "auditor")  # of the processes
PASSWORDS = (
    *("write_db_password", "read_db_password", "broker_password"),
    *(f"{role}_db_password" for role in ("owner", *ROLES)),
)
# What is built of them; host and database names are those of the compose files.
SIDES = {
    "database_url": "write-db:5432/commands",
    "read_database_url": "read-db:5432/analytics",
}
BUILT = {
    "database_url": "postgres://commerce:{write_db_password}@write-db:5432/commands",
    "read_database_url": "postgres://commerce:{read_db_password}@read-db:5432/analytics",
    "broker_url": "amqp://commerce:{broker_password}@rabbitmq:5672/%2F",
    "rabbitmq_user": "default_user = commerce\ndefault_pass = {broker_password}",
} | {
    f"{role}_{name}": f"postgres://analytics_{role}:{{{role}_db_password}}@{place}"
    for role in ROLES
    for name, place in SIDES.items()
}
CERTIFICATE = ("tls_certificate", "tls_key")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--folder", type=Path, default=FOLDER, help="default: %(default)s"
    )
    folder: Path = parser.parse_args().folder
    made = make(folder)
    print(f"{folder}: {len(made)} made{': ' if made else ''}{', '.join(made)}")
    for name in CERTIFICATE:
        if not folder.joinpath(name).exists():
            print(f"still missing: {folder / name}")


def make(folder: Path) -> list[str]:
    """The names of those that were not there."""
    # Nobody else on this machine comes past the folder; in a container, where Compose
    # mounts the single files, they are read by users that have no name here.
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = [
        name for name in ("secret_key", *PASSWORDS) if _write(folder / name, _new())
    ]
    known = {name: folder.joinpath(name).read_text().strip() for name in PASSWORDS}
    return made + _build(folder, known)


def _build(folder: Path, known: Mapping[str, str]) -> list[str]:
    return [
        name
        for name, text in BUILT.items()
        if _write(folder / name, text.format_map(known))
    ]


def _new() -> str:
    return secrets.token_hex(32)  # stands in URLs as it is


def _write(path: Path, text: str) -> bool:
    """Whether it was not there."""
    try:
        with path.open("x") as file:
            file.write(f"{text}\n")
    except FileExistsError:
        return False
    path.chmod(0o444)
    return True


if __name__ == "__main__":
    main()
