"""The words that records are named with; search texts with words set apart and numbers without their spaces."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from finsuite.kernel.terms import searchable
from finsuite.kernel.words import collecting, no_longer_collecting

TABLES = ('finance_customer',)
SEARCHED = {
    'customer': ('display_name', 'company_name', 'first_name', 'last_name', 'email', 'phone', 'mobile', 'number'),
}
BATCH = 2_000


def renew_search_texts(apps, schema_editor):
    for name, columns in SEARCHED.items():
        model = apps.get_model("finance", name)
        table = model._meta.db_table
        last = 0
        while rows := list(model.objects.filter(pk__gt=last).order_by("pk").values_list("pk", *columns)[:BATCH]):
            last = rows[-1][0]
            keys = [row[0] for row in rows]
            texts = [searchable(row[1:]) for row in rows]
            with schema_editor.connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {table} SET search_text = new.text"
                    f" FROM unnest(%s::bigint[], %s::text[]) new (id, text) WHERE {table}.id = new.id",
                    [keys, texts],
                )
        with schema_editor.connection.cursor() as cursor:  # a check left for later would forbid new triggers
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


class Migration(migrations.Migration):

    dependencies = [('finance', '0005_custom_values_folded')]

    operations = [
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(editable=False, max_length=40)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='finance.organization')),
            ],
            options={
                'verbose_name': 'search word',
                'verbose_name_plural': 'search words',
                'abstract': False,
                'indexes': [
                    models.Index(fields=['organization', 'word'], name='finance_known_word'),
                    django.contrib.postgres.indexes.GinIndex(fields=['word'], name='finance_word_alike', opclasses=['gin_trgm_ops']),
                ],
            },
        ),
        migrations.AddIndex(
            model_name='customer',
            index=models.Index(fields=['organization', 'status', 'sort_key', 'id'], name='finance_customer_status'),
        ),
        migrations.RunPython(renew_search_texts, migrations.RunPython.noop),
        migrations.RunSQL(
            collecting('finance_searchword', TABLES), no_longer_collecting('finance_searchword', TABLES)
        ),
    ]
