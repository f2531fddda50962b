"""API keys and their last use, in both databases alike."""

import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('key_id', models.TextField(primary_key=True, serialize=False)),
                ('name', models.TextField()),
                ('digest', models.BinaryField()),
                ('scopes', models.TextField()),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('expires_at', models.DateTimeField(null=True)),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'API key',
                'db_table': 'api_keys',
            },
        ),
        migrations.CreateModel(
            name='ApiKeyUse',
            fields=[
                ('key_id', models.TextField(primary_key=True, serialize=False)),
                ('last_used_at', models.DateTimeField()),
            ],
            options={
                'db_table': 'api_key_uses',
            },
        ),
    ]
