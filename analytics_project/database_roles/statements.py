"""The statements that make one database's rights those of the table, and no others."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connections
from psycopg.sql import SQL, Composable, Identifier, Literal

from analytics_project.database_roles.grants import CHECKS, ROLES, Rights, Role

OWNER = "owner"
NAMES = (OWNER, *ROLES)

# All that migrations and replays have made, and belongs to somebody else.
FOREIGN = """
    WITH ours AS (
        SELECT oid FROM pg_namespace
        WHERE nspname IN (current_schema(), 'replay_next', 'replay_previous')
    )
    SELECT format('ALTER DATABASE %%I OWNER TO %%I', datname, %(owner)s::text)
    FROM pg_database
    WHERE datname = current_database() AND pg_get_userbyid(datdba) <> %(owner)s
    UNION ALL
    SELECT format('ALTER SCHEMA %%I OWNER TO %%I', nspname, %(owner)s::text)
    FROM pg_namespace
    WHERE nspname LIKE 'replay\\_%%' AND pg_get_userbyid(nspowner) <> %(owner)s
    UNION ALL
    SELECT format('ALTER %%s %%s OWNER TO %%I',
                  CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                  pg_class.oid::regclass, %(owner)s::text)
    FROM pg_class JOIN ours ON ours.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v') AND pg_get_userbyid(relowner) <> %(owner)s
    UNION ALL
    SELECT format('ALTER ROUTINE %%s OWNER TO %%I', pg_proc.oid::regprocedure,
                  %(owner)s::text)
    FROM pg_proc JOIN ours ON ours.oid = pronamespace
    WHERE pg_get_userbyid(proowner) <> %(owner)s
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""
POLICIES = """
    SELECT polrelid::regclass::text, polname FROM pg_policy
    WHERE EXISTS (SELECT FROM pg_roles
                  WHERE oid = ANY(polroles) AND rolname = ANY(%s))
"""
SECURED = """
    SELECT relname FROM pg_class
    WHERE relnamespace = current_schema()::regnamespace AND relrowsecurity
"""
EXISTING = "SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)"
PLACE = "SELECT current_database(), current_schema()"


class Database:
    """What is to be said to the database behind `alias`; asks it, changes nothing."""

    def __init__(self, alias: str, *, prefix: str) -> None:
        self._alias = alias
        self._roles = {name: prefix + name for name in NAMES}
        [(self._name, self._schema)] = self._asked(PLACE)

    def statements(self, passwords: Mapping[str, str]) -> Iterator[str]:
        """`passwords` are hashes, by role; one without keeps what it has."""
        yield from self._logins(passwords)
        yield from self._ownership()
        for name, role in ROLES.items():
            yield from self._rights(name, role)
        yield from self._policies()

    def _logins(self, passwords: Mapping[str, str]) -> Iterator[str]:
        existing = {name for (name,) in self._asked(EXISTING, [self._all()])}
        for name, login in self._roles.items():
            if login not in existing:
                yield self._say("CREATE ROLE {role} LOGIN", name)
            if name in passwords:
                said = "ALTER ROLE {role} PASSWORD {secret}"
                yield self._say(said, name, secret=Literal(passwords[name]))

    def _ownership(self) -> Iterator[str]:
        """And whoever is given nothing has no way in."""
        for [statement] in self._asked(FOREIGN, {"owner": self._roles[OWNER]}):
            yield statement
        yield self._say("REVOKE ALL ON DATABASE {database} FROM PUBLIC")
        yield self._say("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC")
        yield self._say("GRANT ALL ON SCHEMA {schema} TO {role}", OWNER)

    def _rights(self, name: str, role: Role) -> Iterator[str]:
        yield self._say("REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}", name)
        yield self._say(
            "REVOKE ALL ON ALL SEQUENCES IN SCHEMA {schema} FROM {role}", name
        )
        yield self._say("REVOKE ALL ON SCHEMA {schema} FROM {role}", name)
        yield self._say("REVOKE ALL ON DATABASE {database} FROM {role}", name)
        if not (tables := self._tables(role)):
            return
        yield self._say("GRANT CONNECT ON DATABASE {database} TO {role}", name)
        yield self._say("GRANT USAGE ON SCHEMA {schema} TO {role}", name)
        for table, rights in tables.items():
            yield self._say(f"GRANT {rights} ON {{of}} TO {{role}}", name, of=table)
        if self._alias == "default":
            for sequence in role.sequences:
                grant = "GRANT USAGE ON SEQUENCE {of} TO {role}"
                yield self._say(grant, name, of=sequence)
            if role.has_temporary_tables:
                yield self._say(
                    "GRANT TEMPORARY ON DATABASE {database} TO {role}", name
                )

    def _policies(self) -> Iterator[str]:
        """A policy is named by what it says, and left alone if it is there: to make one
        is to wait for everybody who uses the table.
        """
        wanted = {
            (table, f"{name}: {check}"): (name, check)
            for table, checks in CHECKS.items()
            for name, check in checks.items()
            if table in self._tables(ROLES[name])
        }
        found = set(self._asked(POLICIES, [self._all()]))
        for table, policy in sorted(found - wanted.keys()):
            yield self._say("DROP POLICY {policy} ON {of}", of=table, policy=policy)
        secured = {table for (table,) in self._asked(SECURED)}
        for table in sorted({table for table, _ in wanted} - secured):
            yield self._say("ALTER TABLE {of} ENABLE ROW LEVEL SECURITY", of=table)
        for (table, policy), (name, check) in wanted.items():
            if (table, policy) not in found:
                made = "CREATE POLICY {policy} ON {of} TO {role} USING (true)"
                made = f"{made} WITH CHECK ({check})"
                yield self._say(made, name, of=table, policy=policy)

    def _tables(self, role: Role) -> Rights:
        return role.write if self._alias == "default" else role.read

    def _all(self) -> list[str]:
        return list(self._roles.values())

    def _say(self, text: str, name: str = OWNER, **parts: str | Composable) -> str:
        """Names in braces are put in as PostgreSQL quotes them."""
        names: dict[str, str | Composable] = {
            "role": self._roles[name],
            "database": self._name,
            "schema": self._schema,
            **parts,
        }
        quoted = {
            key: Identifier(value) if isinstance(value, str) else value
            for key, value in names.items()
        }
        return SQL(text).format(**quoted).as_string()

    def _asked(self, query: str, values: Any = None) -> list[tuple[Any, ...]]:
        with connections[self._alias].cursor() as cursor:
            cursor.execute(query, values)
            return list(cursor.fetchall())
