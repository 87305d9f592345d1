"""The words that records are named with; search texts with words set apart and numbers without their spaces."""

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

from finsuite.kernel.terms import searchable
from finsuite.kernel.words import collecting, no_longer_collecting

TABLES = ('crm_account', 'crm_contact', 'crm_deal', 'crm_product', 'crm_vendor')
SEARCHED = {
    'account': ('name', 'account_number', 'website', 'phone', 'billing_city', 'tax_number'),
    'contact': ('first_name', 'last_name', 'email', 'secondary_email', 'phone', 'mobile'),
    'deal': ('name', 'next_step', 'deal_type'),
    'product': ('name', 'code', 'category', 'manufacturer'),
    'vendor': ('name', 'email', 'website', 'phone', 'city', 'tax_number'),
}
BATCH = 2_000


def renew_search_texts(apps, schema_editor):
    for name, columns in SEARCHED.items():
        model = apps.get_model("crm", name)
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

    dependencies = [('crm', '0016_custom_values_folded')]

    operations = [
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('word', models.CharField(editable=False, max_length=40)),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='crm.organization')),
            ],
            options={
                'verbose_name': 'search word',
                'verbose_name_plural': 'search words',
                'abstract': False,
                'indexes': [
                    models.Index(fields=['organization', 'word'], name='crm_known_word'),
                    django.contrib.postgres.indexes.GinIndex(fields=['word'], name='crm_word_alike', opclasses=['gin_trgm_ops']),
                ],
            },
        ),
        migrations.RunPython(renew_search_texts, migrations.RunPython.noop),
        migrations.RunSQL(
            collecting('crm_searchword', TABLES), no_longer_collecting('crm_searchword', TABLES)
        ),
    ]
