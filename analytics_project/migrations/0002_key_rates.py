"""What a key may ask, and how much it has; in both databases alike."""

from django.db import migrations, models


# Django knows no tables that are not logged.
RATES = """
    CREATE UNLOGGED TABLE api_key_rates (
        key_id text PRIMARY KEY,
        full_at timestamp with time zone NOT NULL,
        passed boolean NOT NULL
    )
"""


class Migration(migrations.Migration):

    dependencies = [
        ('analytics_project', '0001_api_keys'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(RATES, 'DROP TABLE api_key_rates')],
            state_operations=[
                migrations.CreateModel(
                    name='ApiKeyRate',
                    fields=[
                        ('key_id', models.TextField(primary_key=True, serialize=False)),
                        ('full_at', models.DateTimeField()),
                        ('passed', models.BooleanField()),
                    ],
                    options={
                        'db_table': 'api_key_rates',
                    },
                ),
            ],
        ),
        migrations.AddField(
            model_name='apikey',
            name='burst',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='apikey',
            name='per_minute',
            field=models.PositiveIntegerField(null=True),
        ),
    ]
