"""What a key may ask, and how much it has; in both databases alike."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics_project', '0001_api_keys'),
    ]

    operations = [
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
        migrations.RunSQL(
            'ALTER TABLE api_key_rates SET UNLOGGED',
            'ALTER TABLE api_key_rates SET LOGGED',
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
