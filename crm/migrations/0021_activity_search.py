"""The search text of activities begins each word with a space, as that of records does: two letters find words."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0020_account_industry"),
    ]

    operations = [
        migrations.RunSQL(
            "UPDATE crm_activity SET search_text = ' ' || search_text WHERE search_text NOT LIKE ' %'",
            migrations.RunSQL.noop,
        ),
    ]
