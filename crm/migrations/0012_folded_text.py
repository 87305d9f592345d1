"""Text compared without capitals and accents, in the database."""

from django.db import migrations

from finsuite.kernel.folding import definition


def define(apps, schema_editor):
    schema_editor.execute(definition())


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_custom_fields")]

    operations = [
        migrations.RunPython(define, migrations.RunPython.noop, elidable=False),
    ]
