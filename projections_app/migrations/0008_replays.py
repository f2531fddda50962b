"""What replays there are and were, and what operators want of the one that runs."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('projections_app', '0007_ranked_reports'),
    ]

    operations = [
        migrations.CreateModel(
            name='Replay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('source', models.TextField(choices=[('ledger', 'Ledger'), ('outbox', 'Outbox'), ('rollback', 'Rollback')])),
                ('names', models.TextField(db_default='')),
                ('started_by', models.TextField()),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('stage', models.TextField(db_default='')),
                ('step', models.IntegerField(db_default=0)),
                ('steps', models.IntegerField(db_default=0)),
                ('done', models.BigIntegerField(db_default=0)),
                ('total', models.BigIntegerField(null=True)),
                ('rate', models.FloatField(null=True)),
                ('left_s', models.FloatField(null=True)),
                ('wanted', models.TextField(choices=[('run', 'Run'), ('pause', 'Pause'), ('cancel', 'Cancel')], db_default='run')),
                ('asked_by', models.TextField(db_default='')),
                ('paused_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.TextField(choices=[('swapped', 'Swapped'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('interrupted', 'Interrupted'), ('died', 'Died')], db_default='')),
                ('reason', models.TextField(db_default='')),
                ('rows_verified', models.BigIntegerField(null=True)),
                ('readers_ms', models.FloatField(null=True)),
                ('projector_ms', models.FloatField(null=True)),
            ],
            options={
                'db_table': 'replays',
            },
        ),
    ]
