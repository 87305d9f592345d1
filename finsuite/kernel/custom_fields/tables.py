"""The index of custom values: a row a value, in a form that can be compared, sorted and kept unique.

Database triggers keep it in step with the records' `custom` column, whatever path wrote it: services, bulk statements,
the sync, a restore. Records that have no custom value cost nothing: the triggers' conditions leave them out.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models

from finsuite.kernel.folding import definition

LONGEST_INDEXED = 400


class ValueRow(models.Model):
    """One value of one record. Written by triggers alone.

    `key` is a text without capitals and accents, or a choice; `body` a whole long text; `number` a number, a day since
    1970, a moment in seconds since then, 1 for yes.
    """

    record_id = models.BigIntegerField(editable=False)
    key = models.TextField(null=True, editable=False)  # noqa: DJ001
    body = models.TextField(null=True, editable=False)  # noqa: DJ001
    number = models.DecimalField(max_digits=40, decimal_places=20, null=True, editable=False)
    is_unique = models.BooleanField(default=False, editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["field", "key"], condition=models.Q(is_unique=True), name="%(app_label)s_custom_key_unique"
            ),
            models.UniqueConstraint(
                fields=["field", "number"],
                condition=models.Q(is_unique=True),
                name="%(app_label)s_custom_number_unique",
            ),
        ]
        indexes = [
            models.Index(
                fields=["field", "key", "record_id"],
                condition=models.Q(key__isnull=False),
                name="%(app_label)s_custom_key",
            ),
            models.Index(
                fields=["field", "number", "record_id"],
                condition=models.Q(number__isnull=False),
                name="%(app_label)s_custom_number",
            ),
            models.Index(fields=["field", "record_id"], name="%(app_label)s_custom_record"),
            GinIndex(fields=["body"], opclasses=["gin_trgm_ops"], name="%(app_label)s_custom_body"),
        ]


_CAPTURE = """
CREATE OR REPLACE FUNCTION {app}_note_custom() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM {app}_customvalue v USING {app}_customfield f
        WHERE f.organization_id = OLD.organization_id AND f.module = TG_ARGV[0]
          AND v.field_id = f.id AND v.record_id = OLD.id
          AND (TG_OP = 'DELETE' OR OLD.custom -> f.key IS DISTINCT FROM NEW.custom -> f.key);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {app}_customvalue (field_id, record_id, key, body, number, is_unique)
        SELECT f.id, NEW.id, made.key, made.body, made.number, f.is_unique
        FROM {app}_customfield f CROSS JOIN LATERAL {app}_custom_form(f.kind, NEW.custom -> f.key) made
        WHERE f.organization_id = NEW.organization_id AND f.module = TG_ARGV[0] AND NEW.custom ? f.key
          AND (TG_OP = 'INSERT' OR OLD.custom -> f.key IS DISTINCT FROM NEW.custom -> f.key);
    END IF;
    RETURN NULL;
END $$
"""

_FORM = """
CREATE OR REPLACE FUNCTION {app}_custom_form(kind text, given jsonb, OUT key text, OUT body text, OUT number numeric)
RETURNS SETOF record LANGUAGE plpgsql STABLE AS $$
DECLARE told text := given #>> '{{}}';
BEGIN
    IF kind = 'choices' THEN
        IF jsonb_typeof(given) = 'array' THEN
            RETURN QUERY SELECT one, NULL::text, NULL::numeric FROM jsonb_array_elements_text(given) one;
        END IF;
        RETURN;
    END IF;
    CASE
        WHEN kind IN ('integer', 'decimal', 'money') THEN
            IF told ~ '^-?[0-9]{{1,30}}([.][0-9]{{1,20}})?$' THEN number := told::numeric; END IF;
        WHEN kind = 'date' THEN
            IF told ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}$' THEN number := told::date - DATE '1970-01-01'; END IF;
        WHEN kind = 'moment' THEN
            IF told ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9:.]+(Z|[+-][0-9:]+)$' THEN
                number := extract(epoch FROM told::timestamptz);
            END IF;
        WHEN kind = 'yes_no' THEN
            IF given = 'true'::jsonb THEN number := 1; END IF;
        WHEN kind = 'choice' THEN key := told;
        ELSE
            key := left(fold_text(told), {longest});
            IF kind = 'long_text' THEN body := fold_text(told); END IF;
    END CASE;
    IF key IS NOT NULL OR number IS NOT NULL THEN RETURN NEXT; END IF;
END $$
"""


def _define_fold(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(definition())


def functions(app: str) -> list[migrations.operations.base.Operation]:
    """What a migration runs once in an app that keeps custom values."""
    return [
        migrations.RunPython(_define_fold, migrations.RunPython.noop, elidable=False),
        migrations.RunSQL(
            _FORM.format(app=app, longest=LONGEST_INDEXED),
            f"DROP FUNCTION {app}_custom_form(text, jsonb)",
        ),
        migrations.RunSQL(_CAPTURE.format(app=app), f"DROP FUNCTION {app}_note_custom()"),
    ]


def noted(app: str, table: str, module: str) -> migrations.RunSQL:
    """What a migration runs for each kind of record that has custom fields."""
    events = {
        "insert": ("INSERT", "NEW.custom <> '{}'"),
        "update": ("UPDATE", "NEW.custom IS DISTINCT FROM OLD.custom"),
        "delete": ("DELETE", "OLD.custom <> '{}'"),
    }
    return migrations.RunSQL(
        [
            f"CREATE TRIGGER {app}_custom_{name} AFTER {event} ON {table} FOR EACH ROW WHEN ({condition})"
            f" EXECUTE FUNCTION {app}_note_custom('{module}')"
            for name, (event, condition) in events.items()
        ],
        [f"DROP TRIGGER {app}_custom_{name} ON {table}" for name in events],
    )
