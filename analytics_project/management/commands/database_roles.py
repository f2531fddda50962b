"""Makes the database roles of the processes, and gives each what it needs."""

import re
from argparse import ArgumentTypeError, RawDescriptionHelpFormatter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error, connections, transaction

from analytics_project.database_roles.grants import ROLES
from analytics_project.database_roles.statements import Database

DATABASES = ("default", "read")
HASH = re.compile(r"PASSWORD '.*'")
PREFIX = re.compile(r"[a-z_][a-z0-9_]{0,40}")
LOCK_MS = 5_000  # a longer transaction of somebody else is not waited for
EXPLANATION = """\
In each database: makes the roles that are missing, gives all tables to the role
`owner`, takes back what the others have and grants what they should have, in one
transaction. Done again it changes nothing. Run it behind each `migrate`: the first
time as an administrator, later as the owner.

  owner     migrations, replay_projections and the other commands
%s

Passwords come from the settings OWNER_DB_PASSWORD, COMMANDS_DB_PASSWORD and so on, or
from the files that OWNER_DB_PASSWORD_FILE and so on name. They are hashed here, and
neither shown nor sent."""


def prefix(text: str) -> str:
    if not PREFIX.fullmatch(text):
        raise ArgumentTypeError("lower case letters, digits and underscores")
    return text


class Command(BaseCommand):
    help = "Make a database role for each process, with the least rights that it needs."
    # It comes before everything else, and needs no broker.
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        roles = (f"  {name:9} {role.purpose}" for name, role in ROLES.items())
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EXPLANATION % "\n".join(roles)
        parser.add_argument(
            "--prefix",
            type=prefix,
            default="analytics_",
            help="of all names, for they are the whole server's; default analytics_",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="show the statements, run none"
        )

    def handle(self, *, prefix: str, dry_run: bool, verbosity: int, **_: Any) -> None:
        for alias in DATABASES:
            try:
                said = settle(alias, prefix, dry_run=dry_run)
            except Error as error:
                reason = str(error).strip().partition("\n")[0]
                raise CommandError(f"{alias}: {reason}") from error
            for statement in said if verbosity else ():
                self.stdout.write(f"{statement};  -- {alias}")


def settle(alias: str, prefix: str, *, dry_run: bool) -> list[str]:
    """In one transaction; what was said in it, without the hashes."""
    said = []
    with transaction.atomic(using=alias), connections[alias].cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MS}")
        for statement in Database(alias, prefix=prefix).statements(hashed(prefix)):
            if not dry_run:
                cursor.execute(statement)
            said.append(HASH.sub("PASSWORD '...'", statement))
    return said


def hashed(prefix: str) -> dict[str, str]:
    """By role: PostgreSQL takes what it would make of a password itself."""
    return {
        role: encrypted(password, prefix + role)
        for role, password in settings.DATABASE_ROLE_PASSWORDS.items()
        if password
    }


def encrypted(password: str, login: str) -> str:
    connection = connections["default"]
    connection.ensure_connection()
    libpq = connection.connection.pgconn
    scrambled: bytes = libpq.encrypt_password(
        password.encode(), login.encode(), b"scram-sha-256"
    )
    return scrambled.decode()
