"""Watermarks that were published before lost events were are not believed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("projections_app", "0004_consumer_status")]

    operations = [
        migrations.AddField(
            model_name="syncstate",
            name="believe_from",
            field=models.DateTimeField(null=True),
        )
    ]
