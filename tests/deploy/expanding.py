"""Whether a migration only adds: the version before it has to go on working.

One that takes something away, after no version needs it any more, says so:

    class Migration(migrations.Migration):
        contracts = "since 1.4 nothing reads orders.note"
"""

import re
from collections.abc import Iterator

from django.db.migrations import Migration
from django.db.migrations.operations import (
    AddField,
    AddIndex,
    AlterModelOptions,
    CreateModel,
    RunSQL,
    SeparateDatabaseAndState,
)
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

ADDING = (AddIndex, AlterModelOptions)
# What has no place in SQL that only adds.
TAKING = re.compile(
    r"\b(drop|rename|truncate|delete\s+from|alter\s+column|set\s+not\s+null|"
    r"add\s+constraint|set\s+schema)\b",
    re.IGNORECASE,
)


def faults(migration: Migration) -> Iterator[str]:
    """What the version before may not survive, each in a few words."""
    if getattr(migration, "contracts", None):
        return
    new: set[str] = set()  # tables that no other version knows
    for operation in migration.operations:
        if isinstance(operation, CreateModel):
            new.add(operation.name_lower)
        elif getattr(operation, "model_name_lower", None) not in new:
            yield from _of(operation)


def _of(operation: Operation) -> Iterator[str]:
    if isinstance(operation, AddField):
        yield from _of_field(operation)
    elif isinstance(operation, RunSQL):
        yield from _of_sql(operation)
    elif isinstance(operation, SeparateDatabaseAndState):
        for each in operation.database_operations:
            yield from _of(each)
    elif not isinstance(operation, ADDING):
        yield operation.describe()


def _of_field(operation: AddField) -> Iterator[str]:
    """Django takes a `default` back after the migration: old code inserts nothing."""
    field = operation.field
    filled = field.null or field.generated or field.db_default is not NOT_PROVIDED
    if not filled:
        yield f"{operation.describe()}: neither null nor db_default"


def _of_sql(operation: RunSQL) -> Iterator[str]:
    statements = operation.sql if isinstance(operation.sql, str) else str(operation.sql)
    if found := TAKING.search(re.sub(r"--.*", "", statements)):
        yield f"SQL that has `{found[0].lower()}`"
