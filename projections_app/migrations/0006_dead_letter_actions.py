"""What was done with parked messages, never changed after; the cause that they share.

The generated column rewrites dead_letters under a lock: the table is small unless much
is parked.
"""

import django.db.models.functions.datetime
from django.db import migrations, models


KEPT = """
    CREATE FUNCTION dead_letter_actions_are_kept() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN RAISE EXCEPTION 'dead_letter_actions is append-only'; END $$;

    CREATE TRIGGER dead_letter_actions_are_kept
    BEFORE UPDATE OR DELETE ON dead_letter_actions
    FOR EACH STATEMENT EXECUTE FUNCTION dead_letter_actions_are_kept();
"""
DROP = """
    DROP TRIGGER dead_letter_actions_are_kept ON dead_letter_actions;
    DROP FUNCTION dead_letter_actions_are_kept();
"""


class Migration(migrations.Migration):

    dependencies = [
        ('projections_app', '0005_believe_from'),
    ]

    operations = [
        migrations.CreateModel(
            name='DeadLetterAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('actor', models.TextField()),
                ('action', models.TextField(choices=[('retry', 'Retry'), ('discard', 'Discard'), ('sync', 'Sync')])),
                ('letter_id', models.BigIntegerField(db_index=True)),
                ('fingerprint', models.TextField()),
                ('event_type', models.TextField()),
                ('outcome', models.TextField(choices=[('applied', 'Applied'), ('failed', 'Failed'), ('discarded', 'Discarded')])),
                ('reason', models.TextField(db_default='')),
            ],
            options={
                'db_table': 'dead_letter_actions',
            },
        ),
        migrations.RunSQL(KEPT, DROP),
        migrations.AddField(
            model_name='deadletter',
            name='cause',
            field=models.GeneratedField(db_persist=True, expression=models.Func(models.Func(models.Func(models.Func(models.Func(models.F('reason'), models.Value("(?<!\\w)'[^']*'(?!\\w)"), models.Value("'*'"), models.Value('g'), function='regexp_replace'), models.Value('(?<!(column|constraint|relation) )(?<!\\w)"[^"]*"'), models.Value('"*"'), models.Value('g'), function='regexp_replace'), models.Value('(?<!\\w)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(?!\\w)'), models.Value('#'), models.Value('g'), function='regexp_replace'), models.Value('(?<!\\w)(0x)?[0-9a-f]{32,}(?!\\w)|(?<!\\w)0x[0-9a-f]+'), models.Value('#'), models.Value('g'), function='regexp_replace'), models.Value('(?<!\\w)[-+]?\\d+([.,:/T-]\\d+)*([eE][-+]?\\d+)?'), models.Value('#'), models.Value('g'), function='regexp_replace'), output_field=models.TextField()),
        ),
    ]
