"""Every migration may run while the version before it is at work."""

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from tests.deploy.expanding import faults, locked_together

OURS = {"analytics_project", "commands_app", "projections_app"}
# Ran before there was a version that others relied on.
BEFORE_THE_RULE = {("projections_app", "0002_reports")}


def test_every_migration_only_adds_or_says_why_not() -> None:
    found = {
        f"{app}.{name}": told
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OURS and (app, name) not in BEFORE_THE_RULE
        if (told := list(faults(migration)))
    }

    assert found == {}


def test_no_migration_locks_two_tables_until_one_commit() -> None:
    found = {
        f"{app}.{name}": tables
        for (app, name), migration in MigrationLoader(None).disk_migrations.items()
        if app in OURS and (app, name) not in BEFORE_THE_RULE
        if len(tables := locked_together(migration)) > 1
    }

    assert found == {}


def migration(*operations: Operation) -> Migration:
    made = Migration("0099_planted", "commands_app")
    made.operations = list(operations)
    return made


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("order", "total"),
        migrations.RenameField("order", "total", "sum"),
        migrations.DeleteModel("Order"),
        migrations.AlterField("order", "total", models.TextField()),
        migrations.AddField("order", "note", models.TextField(default="")),
        migrations.AddConstraint(
            "order", models.UniqueConstraint(fields=["total"], name="planted")
        ),
        migrations.RunPython(migrations.RunPython.noop),
        migrations.RunSQL("ALTER TABLE orders ALTER COLUMN total TYPE text"),
        migrations.RunSQL("ALTER TABLE orders ADD note text; DROP TABLE outbox"),
    ],
    ids=lambda operation: operation.describe(),
)
def test_one_that_takes_something_away_is_found(operation: Operation) -> None:
    planted = migration(operation)

    assert list(faults(planted)) != []
    planted.contracts = "nothing has read it since 1.4"  # type: ignore[attr-defined]
    assert list(faults(planted)) == []


def test_one_that_only_adds_is_let_through() -> None:
    planted = migration(
        migrations.AddField("order", "note", models.TextField(null=True)),
        migrations.AddField("order", "kind", models.TextField(db_default="")),
        migrations.CreateModel(
            "Thing", [("id", models.BigAutoField(primary_key=True))]
        ),
        migrations.AddConstraint(
            "thing", models.UniqueConstraint(fields=["id"], name="planted")
        ),
        migrations.RunSQL("CREATE INDEX orders_kind ON orders (kind) -- not: drop"),
    )

    assert list(faults(planted)) == []


def test_tables_that_are_locked_together_are_found() -> None:
    planted = migration(
        migrations.AddField("order", "note", models.TextField(null=True)),
        migrations.AddField("order", "kind", models.TextField(null=True)),
        migrations.RunSQL(
            "ALTER TABLE outbox ADD note text; CREATE INDEX ON products (id)"
        ),
        migrations.CreateModel(
            "Thing", [("id", models.BigAutoField(primary_key=True))]
        ),
        migrations.AddField("thing", "note", models.TextField(null=True)),
    )

    assert locked_together(planted) == {"orders", "outbox", "products"}
    planted.atomic = False
    assert locked_together(planted) == set()
