"""Custom texts are indexed as searches fold them."""

from django.db import migrations

from finsuite.kernel.custom_fields import tables


class Migration(migrations.Migration):
    dependencies = [("finance", "0004_custom_fields")]

    operations = [
        *tables.functions("finance"),
        migrations.RunSQL("DROP FUNCTION IF EXISTS finsuite_fold(text)", migrations.RunSQL.noop),
    ]
