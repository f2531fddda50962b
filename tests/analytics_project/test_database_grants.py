"""Every statement that a role may not make is refused, each of them tried."""

import re
from collections.abc import Iterator
from functools import cache

import psycopg
import pytest
from django.apps import apps
from django.db import connections
from pytest_django import DjangoDbBlocker

from analytics_project.database_roles.grants import FACTS, ROLES, Rights
from tests.analytics_project.logins import (
    Logins,
    logins,  # noqa: F401 (a fixture)
)

pytestmark = pytest.mark.django_db(databases=["default", "read"])

DENIED = "42501"
DATABASES = ("default", "read")
RIGHT = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?: \(([\w, ]+)\))?")
COLUMNS = """
    SELECT attrelid::regclass::text, attname FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
"""
ROW = {
    "default": """
        INSERT INTO outbox (event_id, topic, event_type, version, subject, payload,
                            published_at)
        VALUES ('00000000-0000-0000-0000-000000000001', 'a', 'a', 1, 'a', '{}', now()),
               ('00000000-0000-0000-0000-000000000002', 'a', 'a', 1, 'a', '{}', NULL);
        INSERT INTO api_keys (key_id, name, digest, scopes, revoked_at)
        VALUES ('revoked', 'a', '', 'a', now())""",
    "read": """
        INSERT INTO api_keys (key_id, name, digest, scopes, revoked_at)
        VALUES ('revoked', 'a', '', 'a', now())""",
}
HIDE = "UPDATE outbox SET published_at = now() WHERE published_at IS NULL"
AGAIN = "UPDATE outbox SET published_at = NULL"
UNREVOKE = "UPDATE api_keys SET revoked_at = NULL"
REVOKE = "UPDATE api_keys SET revoked_at = now()"
# What was published, sold or answered is history, and keys are made by operators.
HISTORY = (
    "DELETE FROM outbox",
    "UPDATE outbox SET payload = '{}' WHERE published_at IS NOT NULL",
    "UPDATE outbox SET event_id = gen_random_uuid()",
    "UPDATE orders SET total = 0",
    "DELETE FROM orders",
    "UPDATE order_items SET price = 0",
    "DELETE FROM order_cancellations",
    "UPDATE refund_lines SET quantity = 1",
    "UPDATE idempotency_keys SET body = ''",
    "DELETE FROM products",
    "INSERT INTO api_keys (key_id, name, digest, scopes) VALUES ('', '', '', '')",
    "UPDATE api_keys SET scopes = 'admin'",
    "UPDATE api_keys SET per_minute = 0",
    "DELETE FROM api_keys",
)
SECRETS = ("orders", "products", "api_keys", "auth_user", "django_session")
APPLIED = (
    "UPDATE sales_ledger SET amount = 0",
    "DELETE FROM sales_ledger",
    "DELETE FROM processed_events",
    "DELETE FROM hourly_sales_view",
    "DELETE FROM dead_letters",
    "UPDATE dead_letters SET body = ''",
    "UPDATE dead_letter_actions SET actor = 'somebody else'",
    "DELETE FROM dead_letter_actions",
    "UPDATE projection_state SET generation = 0",
    "UPDATE api_keys SET scopes = 'admin'",
)
# What a right to a column would allow, and what no right to a table is about.
FORBIDDEN = [
    *(("commands", "default", statement) for statement in HISTORY),
    *(("relay", "default", f"SELECT FROM {table}") for table in SECRETS),
    *(
        (role, "read", statement)
        for role in ("commands", "consumer", "queries", "auditor")
        for statement in APPLIED
    ),
    *(("queries", "read", f"INSERT INTO {t} DEFAULT VALUES") for t in FACTS),
    ("commands", "default", HIDE),
    ("auditor", "default", HIDE),
    ("relay", "default", AGAIN),
    ("commands", "default", UNREVOKE),
    ("commands", "read", UNREVOKE),
    *(
        (role, alias, statement)
        for role, database in ROLES.items()
        for alias, rights in zip(
            DATABASES, (database.write, database.read), strict=True
        )
        if rights
        for statement in (
            "CREATE TABLE mine ()",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION mine() RETURNS int LANGUAGE sql RETURN 1",
            f"DROP TABLE {next(iter(rights))}",
            f"ALTER TABLE {next(iter(rights))} ADD COLUMN mine int",
            f"ALTER TABLE {next(iter(rights))} DISABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {next(iter(rights))} DISABLE TRIGGER USER",
            f"ALTER TABLE {next(iter(rights))} OWNER TO CURRENT_USER",
            f"COPY {next(iter(rights))} TO '/tmp/mine'",
            f"COPY {next(iter(rights))} TO PROGRAM 'cat'",
            "CREATE ROLE mine",
            "SET ROLE postgres",
            "SET session_replication_role = replica",  # switches triggers off
            "SELECT pg_read_file('PG_VERSION')",
            "SELECT rolpassword FROM pg_authid",
            "SELECT nextval('outbox_id_seq')"
            if alias == "default"
            else "SELECT nextval('sales_ledger_id_seq')",
        )
    ),
    *(
        (role, alias, "CREATE TEMP TABLE mine ()")
        for role, alias in (
            *(("commands", "default"), ("commands", "read"), ("relay", "default")),
            *(("consumer", "read"), ("queries", "read"), ("auditor", "read")),
        )
    ),
]
ALLOWED = [
    ("commands", "default", AGAIN),
    ("auditor", "default", AGAIN),
    ("relay", "default", HIDE),
    ("commands", "default", REVOKE),
    ("commands", "read", REVOKE),
    ("auditor", "default", "CREATE TEMP TABLE mine ()"),
]


@pytest.fixture(scope="module", autouse=True)
def _rows(logins: Logins, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:  # noqa: F811
    """Policies are about rows: without any, nothing would be refused."""
    with django_db_blocker.unblock():
        for alias, statement in ROW.items():
            logins.link("owner", alias).execute(statement.encode())
            logins.link("owner", alias).commit()
        yield
        for alias, tables in ("default", "outbox, api_keys"), ("read", "api_keys"):
            with connections[alias].cursor() as cursor:
                cursor.execute(f"TRUNCATE {tables}")


def declared(rights: str) -> dict[str, set[str] | None]:
    """By verb the columns; None: all of them."""
    return {
        verb: set(columns.split(", ")) if columns else None
        for verb, columns in RIGHT.findall(rights)
    }


@cache
def columns(logins: Logins, alias: str) -> dict[str, list[str]]:  # noqa: F811
    found: dict[str, list[str]] = {}
    for table, column in logins.link("owner", alias).execute(COLUMNS).fetchall():
        found.setdefault(table, []).append(column)
    return found


def statements(table: str, names: list[str], rights: str) -> Iterator[tuple[str, bool]]:
    """Each that touches the table or a column of it, and whether it is declared."""
    may = declared(rights)
    yield f"SELECT FROM {table} LIMIT 0", "SELECT" in may
    yield f"DELETE FROM {table} WHERE false", "DELETE" in may
    yield f"TRUNCATE {table}", False
    locks = "DELETE" in may or may.get("UPDATE", ()) is None
    yield f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE", locks
    for verb, text in (
        ("INSERT", f"INSERT INTO {table} ({{0}}) SELECT {{0}} FROM {table} LIMIT 0"),
        ("UPDATE", f"UPDATE {table} SET {{0}} = DEFAULT WHERE false"),
    ):
        whole = may.get(verb, set())
        for name in names:
            yield text.format(name), whole is None or name in whole


@pytest.mark.parametrize("alias", DATABASES)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_is_declared_and_nothing_else(
    logins: Logins,  # noqa: F811
    role: str,
    alias: str,
) -> None:
    rights: Rights = getattr(ROLES[role], "write" if alias == "default" else "read")
    if not rights:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            logins.link(role, alias)
        return
    wrong = [
        statement
        for table, names in columns(logins, alias).items()
        for statement, may in statements(table, names, rights.get(table, ""))
        if (logins.refusal(role, alias, statement) == DENIED) == may
    ]

    assert wrong == []


@pytest.mark.parametrize(("role", "alias", "statement"), FORBIDDEN)
def test_it_is_refused(logins: Logins, role: str, alias: str, statement: str) -> None:  # noqa: F811
    assert logins.refusal(role, alias, statement) == DENIED


@pytest.mark.parametrize(("role", "alias", "statement"), ALLOWED)
def test_it_is_allowed(logins: Logins, role: str, alias: str, statement: str) -> None:  # noqa: F811
    assert logins.refusal(role, alias, statement) is None


def test_every_table_of_ours_is_somebodys() -> None:
    named = {table for role in ROLES.values() for table in (*role.write, *role.read)}
    ours = {
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
    }

    assert ours - named == set()
    assert named - ours == set()
