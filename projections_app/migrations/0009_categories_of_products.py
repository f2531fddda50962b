"""The first and the last of the categories that a product was sold in.

They were a part of 0007, whose locks of two tables met those of a consumer the other way
round: a deadlock. A database of that time has them already.
"""

from django.db import migrations, models

ADD = """
    ALTER TABLE product_sales_view
        ADD COLUMN IF NOT EXISTS highest_category text COLLATE "C" NOT NULL DEFAULT '',
        ADD COLUMN IF NOT EXISTS lowest_category text COLLATE "C" NOT NULL DEFAULT '';
    CREATE INDEX IF NOT EXISTS product_sales_moved ON product_sales_view (product_id)
        WHERE lowest_category < highest_category;
"""
DROP = """
    ALTER TABLE product_sales_view
        DROP COLUMN highest_category, DROP COLUMN lowest_category;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('projections_app', '0008_replays'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(ADD, DROP)],
            state_operations=[
                migrations.AddField(
                    model_name='productsales',
                    name='highest_category',
                    field=models.TextField(db_collation='C', db_default=''),
                ),
                migrations.AddField(
                    model_name='productsales',
                    name='lowest_category',
                    field=models.TextField(db_collation='C', db_default=''),
                ),
                migrations.AddIndex(
                    model_name='productsales',
                    index=models.Index(
                        condition=models.Q(
                            ('lowest_category__lt', models.F('highest_category'))
                        ),
                        fields=['product_id'],
                        name='product_sales_moved',
                    ),
                ),
            ],
        ),
    ]
