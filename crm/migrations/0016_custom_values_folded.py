"""Custom texts are indexed as searches fold them."""

from django.db import migrations

from finsuite.kernel.custom_fields import tables


class Migration(migrations.Migration):
    dependencies = [("crm", "0015_list_views_shared_and_pinned")]

    operations = [
        *tables.functions("crm"),
        migrations.RunSQL("DROP FUNCTION IF EXISTS finsuite_fold(text)", migrations.RunSQL.noop),
    ]
