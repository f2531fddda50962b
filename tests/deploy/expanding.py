"""Whether a migration only adds: the version before it has to go on working.

And which tables it locks together: that version may lock two of them the other way
round, which is a deadlock.

One that takes something away, after no version needs it any more, says so:

    class Migration(migrations.Migration):
        contracts = "since 1.4 nothing reads orders.note"
"""

import re
from collections.abc import Iterable, Iterator

from django.apps import apps
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
# A table that SQL changes, or makes an index of.
CHANGED = re.compile(
    r"\balter\s+table\s+(?:if\s+exists\s+)?(\w+)|\bcreate\s+[^;]*?\bon\s+(\w+)",
    re.IGNORECASE,
)


def locked_together(migration: Migration) -> set[str]:
    """Tables that other versions know and that are locked until one commit."""
    made, changed = set(), set()
    for each in _in_the_database(migration.operations):
        if isinstance(each, CreateModel):
            made.add(_table(migration.app_label, each.name_lower))
        elif isinstance(each, RunSQL):
            changed |= {one or other for one, other in CHANGED.findall(str(each.sql))}
        elif name := getattr(each, "model_name_lower", None):
            changed.add(_table(migration.app_label, name))
    return changed - made if migration.atomic else set()


def _in_the_database(operations: Iterable[Operation]) -> Iterator[Operation]:
    for each in operations:
        if isinstance(each, SeparateDatabaseAndState):
            yield from _in_the_database(each.database_operations)
        else:
            yield each


def _table(app: str, model: str) -> str:
    try:
        return apps.get_model(app, model)._meta.db_table
    except LookupError:  # it is gone by now
        return model


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
