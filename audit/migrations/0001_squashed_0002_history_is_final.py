"""All tables of audit, as they stand when it begins: the migrations it replaces are for databases that have begun earlier."""

import django.core.serializers.json
from django.db import migrations, models

from finsuite.kernel.schema import CreateModels, append_only


class Migration(migrations.Migration):

    replaces = [
        ('audit', '0001_initial'),
        ('audit', '0002_history_is_final'),
    ]

    initial = True

    dependencies = [
    ]

    operations = [
        CreateModels(
            models=[
                migrations.CreateModel(
                    name='Entry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('tenant', models.CharField(blank=True, editable=False, max_length=40)),
                        ('kind', models.CharField(editable=False, max_length=60, verbose_name='record')),
                        ('record_id', models.BigIntegerField(editable=False, null=True)),
                        ('record_label', models.CharField(blank=True, editable=False, max_length=250)),
                        ('verb', models.CharField(editable=False, max_length=60, verbose_name='action')),
                        ('before', models.JSONField(default=dict, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                        ('after', models.JSONField(default=dict, editable=False, encoder=django.core.serializers.json.DjangoJSONEncoder)),
                        ('user_id', models.BigIntegerField(editable=False, null=True)),
                        ('actor_label', models.CharField(editable=False, max_length=250, verbose_name='who')),
                        ('via', models.CharField(choices=[('page', 'page'), ('api', 'api'), ('import', 'import'), ('sync', 'sync'), ('trigger', 'trigger'), ('admin', 'admin'), ('system', 'system')], editable=False, max_length=10)),
                        ('at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                    ],
                    options={
                        'verbose_name': 'history entry',
                        'verbose_name_plural': 'history',
                        'ordering': ['-id'],
                        'indexes': [models.Index(fields=['kind', 'record_id', '-id'], name='audit_entry_record'), models.Index(fields=['tenant', '-id'], name='audit_entry_tenant')],
                    },
                ),
            ],
        ),
        append_only('audit_entry', 'audit_entry', 'History is'),
    ]
